/** Imported ahead of the program: it gets the signal $SIGNAL as soon as it says what matches $SIGNAL_AT, not when another process has read it. */
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const pattern = new RegExp(process.env.SIGNAL_AT, 'm');
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = (text, ...rest) => {
    const written = write(text, ...rest);
    if (pattern.test(text)) process.kill(process.pid, process.env.SIGNAL);
    return written;
  };
}
