// Replicates documents by PouchDB from express-pouchdb, each in a process of its own, and times it.
// node pouchdb.js NODE_MODULES FOLDER DOCUMENTS CHANGES: files of one JSON document a line; answers one line of JSON.
"use strict";
const { fork } = require("child_process");
const fs = require("fs");
const path = require("path");

const [, , modules, folder, documents, changes] = process.argv;
const load = (name) => require(path.join(modules, name));
const lines = (file) => fs.readFileSync(file, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));

async function serve() {
  fs.mkdirSync(path.join(folder, "server"), { recursive: true });
  const PouchDB = load("pouchdb").defaults({ prefix: path.join(folder, "server") + "/" });
  const app = load("express")();
  app.use("/", load("express-pouchdb")(PouchDB, { mode: "minimumForPouchDB", inMemoryConfig: true, logPath: path.join(folder, "log.txt") }));
  const db = new PouchDB("records");
  const put = async (docs) => {
    for (let start = 0; start < docs.length; start += 5000) await db.bulkDocs(docs.slice(start, start + 5000));
  };
  await put(lines(documents));
  const sockets = new Set();
  const server = app.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
  server.on("connection", (socket) => sockets.add(socket));
  const bytes = () => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten + socket.bytesRead, 0);
  process.on("message", async (asked) => {
    if (asked === "change") {
      const docs = lines(changes);
      const held = await db.allDocs({ keys: docs.map((doc) => doc._id) });
      await put(docs.map((doc, place) => ({ ...doc, _rev: held.rows[place].value.rev })));
    }
    process.send({ bytes: bytes() });
  });
}

async function replicate() {
  const server = fork(__filename, process.argv.slice(2), { env: { ...process.env, SERVING: "1" } });
  const said = () => new Promise((resolve) => server.once("message", resolve));
  const { port } = await said();
  const PouchDB = load("pouchdb");
  const local = new PouchDB(path.join(folder, "client"));
  const timed = async () => {
    const began = process.hrtime.bigint();
    const report = await PouchDB.replicate(`http://127.0.0.1:${port}/records`, local, { batch_size: 1000 });
    return { seconds: Number(process.hrtime.bigint() - began) / 1e9, docs: report.docs_written };
  };
  const ask = async (what) => {
    const answer = said();
    server.send(what);
    return (await answer).bytes;
  };
  const fresh = await timed();
  const before = await ask("change");
  const changed = await timed();
  const after = await ask("count");
  process.stdout.write(JSON.stringify({ fresh: { ...fresh, bytes: before }, changed: { ...changed, bytes: after - before } }) + "\n");
  server.kill();
  process.exit(0);
}

(process.env.SERVING ? serve() : replicate()).catch((error) => {
  process.stderr.write(String(error) + "\n");
  process.exit(1);
});
