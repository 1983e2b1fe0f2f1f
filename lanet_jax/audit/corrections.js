// corrections.csv: written for training, and read back in this browser or another.
const columns = ["name", "given", "was", "decision"];
const kindByWord = { __proto__: null, accept: "accept", keep: "keep", ambiguous: "ambiguous", other: "class" };
const wordByKind = Object.fromEntries(Object.entries(kindByWord).map(([word, kind]) => [kind, word]));
const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
const contradict = (one, other) => one.label !== other.label || (one.kind === "ambiguous") !== (other.kind === "ambiguous");
const plain = (name) => name.normalize("NFC").replaceAll("\\", "/");

function corrections() {
  const quote = (text) => (/[",;\t\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [columns.join(",")];
  const nameOf = (label) => classes[label] ?? "";
  const row = (name, label, was, word) => lines.push([name, nameOf(label), nameOf(was), word].map(quote).join(","));
  for (const card of cards) {
    const said = saidOf(card);
    if (said) row(card.name, said.label, card.given, wordByKind[meantBy(card, said)]);
    else if (card.changed) row(card.name, card.given, card.given, "");
  }
  const given = new Map(data.rest);
  const others = withoutCard().filter((name) => isWhole(state.decisions[name]));
  for (const name of others) {
    const { label, kind, was } = state.decisions[name];
    row(name, label, given.get(name) ?? was, wordByKind[kind] ?? "other");
  }
  const told = new Set(others);
  for (const [name, label] of data.rest) if (!told.has(name)) row(name, label, label, "");
  return lines.join("\n") + "\n";
}

function download() {
  const url = URL.createObjectURL(new Blob([corrections()], { type: "text/csv" }));
  make("a", { href: url, download: "corrections.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

async function load(file) {
  try {
    const { found, conflicts, applied } = decisionsOf(parsed(textOf(new Uint8Array(await file.arrayBuffer()))));
    const disputed = conflicts.filter((name) => state.decisions[name]).map((name) => [name, null]);
    const differs = ([name, said]) => {
      const own = state.decisions[name];
      return own && contradict(own, said);
    };
    const others = found.filter(differs);
    const news = found.filter(([name]) => !state.decisions[name]);
    say(news);
    refresh();
    const same = found.length - news.length - others.length;
    const absent = found.filter(([name]) => !cardNamed.has(name)).length;
    const parts = [`${file.name}: ${counted(news.length, "decision")} loaded`];
    if (same) parts.push(`${same} already here`);
    if (applied) parts.push(`${applied} of an earlier round, whose label is the observed one now`);
    if (absent) parts.push(`${absent} kept without a card on this page`);
    if (others.length) parts.push(`${others.length} unlike what is decided here, which stands (${some(others)})`);
    if (disputed.length) parts.push(`${counted(disputed.length, "conflict")} of the file decided here, which stands (${some(disputed)})`);
    const open = [];
    const offer = (entries, word, done) => {
      if (!entries.length) return;
      const button = make("button", {}, word);
      button.addEventListener("click", () => {
        say(entries);
        refresh();
        button.remove();
        tell(`${file.name}: ${counted(entries.length, "decision")} ${done}.`, ...open.filter((one) => one !== button));
      });
      open.push(button);
    };
    offer(others, "Take the file's", "replaced");
    offer(disputed, "Open the conflicts again", "taken back");
    tell(`${parts.join(", ")}.`, ...open);
  } catch (error) {
    tell(`${file.name} ${error.message} Nothing was loaded.`);
  }
}

const some = (entries) => entries.slice(0, 3).map(([name]) => name).join(", ") + (entries.length > 3 ? ", ..." : "");

function textOf(bytes) {
  const is = (...mark) => mark.every((byte, i) => bytes[i] === byte);
  if (is(0x50, 0x4b)) throw new Error("is a workbook: save the sheet as CSV UTF-8.");
  const encoding = is(0xff, 0xfe) ? "utf-16le" : is(0xfe, 0xff) ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error("is not in UTF-8 (Excel's code page?): save it as CSV UTF-8.");
  }
}

// Rows as [line, cells], by commas or, as spreadsheets save them, semicolons or tabs.
function parsed(text) {
  const first = text.split(/\r\n|\r|\n/).find((line) => line.trim() && !/^sep=/i.test(line)) || "";
  const separator = [",", ";", "\t"].find((mark) => isHeader(first.split(mark).map((cell) => cell.replaceAll('"', ""))));
  if (!separator) throw new Error(`has no header ${columns.join(",")}: load a file that this page saved.`);
  const ends = `(${separator}|\r\n|\r|\n|$)`;
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${separator}\r\n][^${separator}\r\n]*|))${ends}`, "y");
  const rows = [];
  for (let cells = [], line = 1, began = 1; cell.lastIndex < text.length; ) {
    const found = cell.exec(text);
    if (!found) throw new Error(`line ${line}: a quote is not closed, or is inside a cell: fix it.`);
    const [whole, quoted, bare, end] = found;
    cells.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    line += whole.split(/\r\n|\r|\n/).length - 1;
    if (end === separator && cell.lastIndex < text.length) continue;
    if (end === separator) cells.push("");
    if (cells.some((one) => one.trim())) rows.push([began, cells]);
    [cells, began] = [[], line];
  }
  return rows;
}

const isHeader = (cells) => ["name", "given"].every((column) => cells.some((cell) => cell.trim().toLowerCase() === column));

// found: [name, what is said of it]; conflicts: names; applied: how many decisions. Each name as this page writes it.
function decisionsOf(rows) {
  const own = new Map([...cards.map((card) => card.name), ...data.rest.map(([name]) => name)].map((name) => [plain(name), name]));
  const folded = new Map(classes.map((name, label) => [name.toLowerCase(), label]));
  const labelOf = (name) => (classes.includes(name) ? classes.indexOf(name) : folded.get(name.toLowerCase()));
  const found = new Map();
  const conflicts = [];
  const labelNow = new Map([...data.rest, ...cards.map((card) => [card.name, card.given])]);
  let applied = 0;
  let header = [];
  for (const [line, cells] of rows) {
    if (isHeader(cells)) {
      header = cells.map((cell) => cell.trim().toLowerCase());
      if (!header.includes("decision")) throw new Error(`line ${line}: no column decision: load a file that this page saved.`);
      continue;
    }
    if (!header.length && /^sep=/i.test(cells[0])) continue;
    if (cells.length <= header.indexOf("decision")) throw new Error(`line ${line}: ${header} was expected, found ${cells}.`);
    const [name, given, was, word] = columns.map((column, i) => {
      const cell = cells[header.indexOf(column)] ?? "";
      return i ? cell.trim() : cell;
    });
    if (word === "" || word.toLowerCase() === "conflict") {
      if (was && given.toLowerCase() !== was.toLowerCase()) throw new Error(`line ${line}: ${was} is changed to ${given} without a decision: write other there.`);
      if (word) conflicts.push(own.get(plain(name)) ?? plain(name));
      continue;
    }
    const kind = kindByWord[word.toLowerCase()];
    if (!kind) throw new Error(`line ${line}: the decision ${word} is not one of ${Object.keys(kindByWord).join(", ")}.`);
    const label = labelOf(given);
    if (label === undefined) throw new Error(`line ${line}: this page has no class ${given || "without a name"} and cannot add one.`);
    const known = own.get(plain(name)) ?? plain(name);
    const before = labelOf(was);
    if (before !== undefined && label !== before && ["keep", "ambiguous"].includes(kind))
      throw new Error(`line ${line}: ${was} is changed to ${given} with ${kind}: write other there.`);
    const observed = cardNamed.get(known)?.given;
    if (before !== undefined && label !== before && labelNow.get(known) === label) {
      applied += 1;
      continue;
    }
    if (observed !== undefined && before !== undefined && observed !== before)
      throw new Error(`line ${line}: the observed label of ${name} is ${classes[observed]} here, not ${was}: is the file from this page's data?`);
    const said = { kind, label, was: observed ?? before };
    if (found.has(known) && contradict(found.get(known), said)) throw new Error(`line ${line}: ${name} was decided otherwise before: keep one of them.`);
    found.set(known, said);
  }
  return { found: [...found], conflicts, applied };
}
