// Mouse, keys, files and printing: what each of them does.
for (const id of ["given", "suggested"]) {
  at(id).append(make("option", { value: "" }, "any"), ...classes.map((name, c) => make("option", { value: c }, name)));
}
at("suggested").append(make("option", { value: "null" }, "none"));
let pointed = true; // whether the last input came by mouse or touch
addEventListener("pointerdown", () => (pointed = true), true);
addEventListener("keydown", () => (pointed = false), true);
for (const id of ["given", "suggested", "show", "sort"]) {
  at(id).addEventListener("change", () => {
    if (pointed) at(id).blur(); // the next key is meant for the cards
    restart();
  });
}
at("flips")?.addEventListener("click", (event) => {
  const cell = event.target.closest("button");
  if (!cell) return;
  at("given").value = cell.dataset.given;
  at("suggested").value = cell.dataset.suggested;
  cell.blur();
  restart();
  scrollBy(0, list.getBoundingClientRect().top - document.querySelector("nav").offsetHeight - 12);
});
at("truth").hidden = !cards.some((card) => card.true !== undefined);
at("true").addEventListener("change", () => {
  at("true").blur();
  refresh();
});
at("undo").addEventListener("click", undo);
at("download").addEventListener("click", download);
at("load").addEventListener("click", () => at("file").click());
at("file").addEventListener("change", async () => {
  const [file] = at("file").files;
  if (file) await load(file);
  at("file").value = ""; // so that the same file can be chosen again
});
addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
addEventListener("resize", refresh);
addEventListener("keydown", (event) => {
  if (at("picker").open) return;
  const key = event.key.toLowerCase();
  if (key === "escape") document.activeElement.blur();
  if (event.target.closest?.("select") || event.metaKey || event.altKey || (event.ctrlKey && key !== "z")) return;
  if (event.repeat && !key.startsWith("arrow")) return; // a held key decides once
  const card = view[current];
  if (key === "u" || key === "z") {
    if (key === "z" && !event.ctrlKey) return;
    undo();
  } else if (!card) {
    return;
  } else if (choices[key]) {
    choose(card, choices[key]);
  } else if (key === "c" && classes.length > mostShown) {
    pick(card);
  } else if (/^[1-9]$/.test(key) && classes[key - 1]) {
    choose(card, kindOf(card, Number(key) - 1), Number(key) - 1);
  } else if (key === "arrowdown" || key === "arrowup") {
    select(current + (key === "arrowdown" ? 1 : -1));
    reveal();
  } else {
    return;
  }
  event.preventDefault();
});

addEventListener("focus", () => keep()); // another tab may have decided
addEventListener("beforeprint", layOut);
addEventListener("afterprint", takeUp);

refresh();
keep();
