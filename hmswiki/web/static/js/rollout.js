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
    if (mine !== latest) return;
    const before = place.querySelector("[name=changes_past]");
    const hadFocus = before !== null && before === document.activeElement;
    place.replaceChildren(...page.body.childNodes);
    const box = place.querySelector("[name=changes_past]");
    if (box && before?.checked) box.checked = true;
    if (hadFocus) box?.focus();
  } catch {
    // Offline: the button asks again.
  }
}

form?.addEventListener("change", (event) => {
  if (event.target.name !== "changes_past") workOut();
});
