// The server is not run for three seconds.
export const name = 'server stopped for 3 s';

export async function strike({ server, pause }) {
  process.kill(server.pid, 'SIGSTOP');
  try {
    await pause(3);
  } finally {
    process.kill(server.pid, 'SIGCONT');
  }
}
