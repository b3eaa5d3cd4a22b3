// A judging thread that hangs when it is told to, and else answers with what it got.
const { parentPort, workerData } = require('node:worker_threads');

// As long as a thread takes to start.
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(workerData.settings.publicUrl) || 0);

parentPort.postMessage('alive');
setInterval(() => parentPort.postMessage('alive'), 50);
parentPort.on('message', ({ id, body }) => {
  if (body === undefined) return;
  const words = Buffer.from(body).toString();
  if (words === 'end') process.exit(1);
  if (words === 'hang') for (;;);
  if (words === 'wait') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  if (words === 'never') return;
  parentPort.postMessage({ id, outcome: { status: 200, headers: {}, body: words } });
});
