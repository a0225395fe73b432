"use strict";
// Without this script the page says the same: it adds the buttons that copy and the search.
for (const copied of document.querySelectorAll(".copied")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", "Copy " + copied.dataset.what);
  button.addEventListener("click", async () => {
    const code = copied.querySelector("code");
    let done = false;
    try {
      await navigator.clipboard.writeText(code.textContent);
      done = true;
    } catch {
      // A page that is opened as a file may not reach the clipboard: the text is selected, for the keys that copy.
      const range = document.createRange();
      range.selectNodeContents(code);
      const selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      done = document.execCommand("copy");
    }
    button.textContent = done ? "Copied" : "Selected";
    announce.textContent = button.textContent + ": " + copied.dataset.what;
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  copied.append(button);
}

const announce = document.createElement("p");
announce.className = "hidden";
announce.setAttribute("role", "status");
document.body.append(announce);

for (const input of document.querySelectorAll("input[data-table]")) {
  const rows = Array.from(document.getElementById(input.dataset.table).tBodies[0].rows, row => [row, row.textContent.toLowerCase()]);
  const status = input.parentElement.querySelector("[role=status]");
  const show = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [row, text] of rows) {
      row.hidden = !words.every(word => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    status.textContent = words.length === 0 ? "" : shown + " of " + rows.length;
  };
  input.addEventListener("input", show);
  input.parentElement.hidden = false;
  show();
}
