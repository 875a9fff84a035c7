// Works out how many a rollout reaches while it is being filled in. Without this there is a button for it.

const form = document.querySelector("form[data-hms-preview]");
const place = document.querySelector("#preview");
let latest = 0;

async function workOut() {
  const mine = ++latest;
  try {
    const answer = await fetch(form.dataset.hmsPreview, { method: "POST", body: new FormData(form) });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Only the newest answer counts, and a box that was ticked meanwhile stays so.
    if (mine === latest) place.replaceChildren(...page.body.childNodes);
  } catch {
    // Offline: the button asks again.
  }
}

form?.addEventListener("change", (event) => {
  if (event.target.name !== "changes_past") workOut();
});
