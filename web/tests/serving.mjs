// The program, started for a test.
import { spawn } from "node:child_process";

/** Starts the program; ready once it says where it listens. `said()` is all it has said; `kill()` gives it no time. */
export function start(program, args) {
  const server = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const base = new Promise((resolve, reject) => {
    const hear = (chunk) => {
      said += chunk;
      const found = said.match(/Ready[^\n]*?(http:\/\/127\.0\.0\.1:\d+)[^\n]*\n/);
      if (found) resolve(found[1]);
    };
    server.stdout.on("data", hear);
    server.stderr.on("data", hear);
    server.on("exit", (code) => reject(new Error(`the program ended with ${code} before it was ready:\n${said}`)));
  });
  const stop = () => new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) return resolve();
    server.on("exit", resolve);
    server.kill("SIGTERM");
  });
  return { base, stop, kill: () => server.kill("SIGKILL"), said: () => said };
}
