// Writing: tools, preview by the server's own renderer, and saving by itself. The page works without all of it.

const form = document.querySelector("form[data-hms-editor]");
if (form) write(form);
for (const opener of document.querySelectorAll("[data-hms-dialog]")) openAsDialog(opener);

function openAsDialog(opener) {
  const dialog = document.getElementById(opener.dataset.hmsDialog);
  if (!dialog?.showModal) return;
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
  });
  for (const closer of dialog.querySelectorAll("[data-hms-close]")) {
    closer.addEventListener("click", () => dialog.close());
  }
}

function write(form) {
  const source = form.elements.body;
  const address = form.getAttribute("action"); // form.action is the buttons of that name
  const names = ["title", "body", "summary"].filter((name) => form.elements[name]); // a translation has no summary
  const watched = names.map((name) => form.elements[name]);
  const state = form.querySelector("[data-hms-save-state]");
  const icons = { saved: "check-circle", unsaved: "pencil", failed: "warning" };
  let savesByItself = form.dataset.autosave === "yes";
  let kept = form.dataset.saved === "yes" ? typed("defaultValue") : null; // what the server has, whatever is typed
  let announced = null;
  let leaving = false;

  form.querySelector(".hms-editor-tools").hidden = false;
  form.querySelector("[data-hms-without-script]").hidden = true;
  tools(form.querySelector(".hms-editor-tools"), source);

  for (const field of watched) field.addEventListener("input", changed);
  form.addEventListener("submit", () => { leaving = true; });
  form.querySelector("[data-hms-leave]")?.addEventListener("click", () => { leaving = true; });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("beforeunload", (event) => {
    if (!leaving && typed() !== kept) event.preventDefault();
  });

  function typed(value = "value") {
    return JSON.stringify(watched.map((field) => field[value]));
  }

  // The icon's address is the one on the page, so that its mark of the version stays.
  function say(kind, sentence) {
    if (announced === sentence) return;
    announced = sentence;
    const use = state.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icons[kind]}`));
    state.querySelector("span").textContent = sentence;
    if (kind === "failed") state.dataset.status = "over";
    else delete state.dataset.status;
  }

  let previewTimer, saveTimer;
  function changed() {
    clearTimeout(previewTimer);
    previewTimer = setTimeout(preview, 400);
    planSave(1500);
    if (!saving && !failed) say("unsaved", form.dataset.textUnsaved);
  }

  // --- The result, beside the source ---

  let newest = 0;
  async function preview() {
    const mine = ++newest;
    const result = form.querySelector("[data-hms-result]");
    let answer;
    try {
      answer = await send(form.dataset.preview, { body: source.value });
    } catch {
      answer = { error: { message: form.dataset.textNoPreview } };
    }
    if (mine !== newest) return;
    if (answer.error) {
      const told = document.createElement("p");
      told.className = "hms-alert";
      told.dataset.status = "over";
      told.textContent = answer.error.message;
      result.replaceChildren(told);
    } else {
      result.innerHTML = answer.html; // the server made it safe
      form.querySelector("[data-hms-line]").textContent = answer.line;
    }
  }

  // --- Saving by itself ---

  let saving = false, failed = false, unanswered = null;
  function planSave(delay) {
    if (!savesByItself) return;
    clearTimeout(saveTimer);
    saveTimer = setTimeout(save, delay);
  }

  async function save() {
    if (saving || leaving || !savesByItself || typed() === kept) return;
    saving = true;
    // What got no answer may have been saved all the same: it goes once more as it was, before what is newer.
    const attempt = unanswered ?? {
      typed: typed(),
      fields: Object.fromEntries([...names, "version", "seen"].map((n) => [n, form.elements[n].value])),
    };
    const slow = setTimeout(() => say("unsaved", form.dataset.textSaving), 1000);
    try {
      const answer = await send(address, attempt.fields);
      unanswered = null;
      if (answer.error) refuse(answer.error);
      else {
        failed = false;
        kept = attempt.typed;
        form.elements.version.value = answer.version;
        form.elements.seen.value = answer.seen;
        if (typed() === kept) say("saved", answer.state);
        else planSave(500);
      }
    } catch {
      unanswered = attempt;
      failed = true;
      say("failed", form.dataset.textUnreachable);
      planSave(8000);
    } finally {
      clearTimeout(slow);
      saving = false;
    }
  }

  function refuse(error) {
    failed = true;
    const sentences = { 401: form.dataset.textSignedOut, 409: form.dataset.textConflict };
    say("failed", sentences[error.status] ?? error.message);
    // Signed out, a conflict, an old page: saving again by itself would only fail again. Save shows the way out.
    if ([400, 401, 403, 404, 409].includes(error.status)) savesByItself = false;
  }

  addEventListener("online", () => planSave(0));
  if (kept !== null && typed() !== kept) changed(); // typed before this script came, or brought back by the browser
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });

  async function send(address, fields) {
    const response = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
      body: new URLSearchParams(fields),
      redirect: "error",
    });
    const answer = await response.json();
    if (!response.ok && !answer.error) throw new Error(String(response.status));
    return answer;
  }
}

// --- Tools: each writes Markdown into the source, and can be undone there ---

function tools(bar, source) {
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    source.focus();
    const { line, around, link, sample } = button.dataset;
    if (line) toggleLines(source, line);
    else if (around) surround(source, around, around, sample);
    else if (link) surround(source, "[", `](${link})`, sample);
  });
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const buttons = [...bar.querySelectorAll("button")];
    buttons.at((buttons.indexOf(document.activeElement) + step) % buttons.length).focus();
    event.preventDefault();
  });
}

function surround(source, before, after, sample) {
  const { selectionStart: start, selectionEnd: end, value } = source;
  const words = value.slice(start, end) || sample;
  insert(source, start, end, before + words + after);
  source.setSelectionRange(start + before.length, start + before.length + words.length);
}

function toggleLines(source, mark) {
  const { selectionStart, selectionEnd, value } = source;
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const next = value.indexOf("\n", Math.max(selectionEnd - 1, start));
  const end = next < 0 ? value.length : next;
  const lines = value.slice(start, end).split("\n");
  const numbered = mark === "1. ";
  const has = (line) => (numbered ? /^\d+\. /.test(line) : line.startsWith(mark));
  const marked = lines.every(has);
  const plain = (line) => line.replace(/^(#{1,6} |[-*+] |\d+\. )/, "");
  const written = lines.map((line, index) => (marked ? plain(line) : (numbered ? `${index + 1}. ` : mark) + plain(line)));
  insert(source, start, end, written.join("\n"));
}

function insert(source, start, end, text) {
  source.setSelectionRange(start, end);
  // The only way that keeps the browser's own undo.
  if (!document.execCommand("insertText", false, text)) {
    source.setRangeText(text, start, end, "end");
    source.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
