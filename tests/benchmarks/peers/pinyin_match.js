// Answers queries over a list of names: one JSON string a line in, one JSON list of at most ten names a line out.
// Arguments: the package's folder, the file of names.
const { readFileSync } = require("node:fs");
const { createInterface } = require("node:readline");

const [packageFolder, namesFile] = process.argv.slice(2);
const { match } = require(packageFolder);
const SHOWN = 10;
const names = readFileSync(namesFile, "utf8").trimEnd().split("\n").map((line) => line.split("\t", 1)[0]);

// 0 the whole name, 1 its beginning, 2 a part.
function place(name, [start, end]) {
  return start > 0 ? 2 : Number(end < name.length - 1);
}

function answer(query) {
  const found = [[], [], []];
  for (const name of names) {
    const span = match(name, query);
    if (span) found[place(name, span)].push(name);
  }
  return found.flat().slice(0, SHOWN);
}

const tell = (value) => process.stdout.write(JSON.stringify(value) + "\n");
tell(names.length);
createInterface({ input: process.stdin }).on("line", (line) => tell(answer(JSON.parse(line))));
