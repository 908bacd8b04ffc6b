/**
 * `npm run bench -- peers`: the same training step in other programs, step by step in turn with ours: keras-ncp on compiled
 * TensorFlow, ncps on PyTorch, and the published step written anew as a TensorFlow graph. Each is a process of its own
 * (peers/*.py), with the settings that are best for it. `ratio` is how many times as long a peer takes as ours.
 *
 * That a peer does the same work is checked by its number of parameters. They differ where a package's cell has more than
 * the paper's.
 */
import { fileURLToPath } from 'node:url';
import { useBackend } from '../src/backend/choose.ts';
import { BACKEND_NAMES, type BackendName } from '../src/backend/names.ts';
import { parameterCount } from '../src/models/model.ts';
import { Child, startOwn, withChildren } from './child.ts';
import { peersPython } from './peers/environment.ts';
import { type BenchOptions, type BenchRow, say } from './row.ts';
import { alternate, figuresOf, ratiosOf } from './timing.ts';
import { benchModel } from './work.ts';

interface Peer {
  readonly name: string;
  readonly script: string;
  readonly words: readonly string[];
  readonly models: readonly string[];
  /** Parameters it has beside ours: the packages' LTC adds a bias to its output, PyTorch's LSTM a second one to its gates. */
  readonly extra: Readonly<Record<string, number>>;
}

const MODELS = ['wm', 'lstm', 'cnn'];
const torch = { script: 'torch_peer.py', models: MODELS, extra: { wm: 1, lstm: 256 } };
const original = { script: 'original.py', models: MODELS, extra: {} };

const PEERS: readonly Peer[] = [
  { name: 'keras-ncp', script: 'keras_peer.py', words: [], models: MODELS, extra: { wm: 1 } },
  { name: 'ncps PyTorch, eager', words: ['eager'], ...torch },
  { name: 'ncps PyTorch, compiled', words: ['compiled'], ...torch },
  { name: 'ncps PyTorch, compiled, bf16', words: ['bf16'], ...torch },
  { name: 'original as graph', words: [], ...original },
  { name: 'original as graph, shadows', words: ['shadow'], ...original },
];

const EVALUATION: Peer = {
  name: 'original as graph',
  words: ['evaluate'],
  ...original,
  models: ['wm', 'lstm'],
};

export async function benchPeers(options: BenchOptions): Promise<BenchRow[]> {
  const { models, backend, repetitions } = options;
  const wanted = ({ name }: Peer) => options.peers?.some((word) => name.includes(word)) ?? true;
  const python = await peersPython();
  const ours = backend.filter((name) => BACKEND_NAMES.includes(name as BackendName)) as BackendName[];
  await useBackend('wasm'); // to count parameters; steps are the children's
  const rows: BenchRow[] = [];
  for (const model of MODELS.filter((name) => models.includes(name))) {
    const peers = PEERS.filter((peer) => peer.models.includes(model) && wanted(peer));
    rows.push(...(await compared('step', model, 'train', ours, peers, python, repetitions)));
    if (!EVALUATION.models.includes(model) || !wanted(EVALUATION)) continue;
    rows.push(...(await compared('evaluate', model, 'evaluate', ours, [EVALUATION], python, repetitions)));
  }
  return rows;
}

async function compared(
  what: string,
  model: string,
  task: 'train' | 'evaluate',
  ours: readonly BackendName[],
  peers: readonly Peer[],
  python: string,
  repetitions: number,
): Promise<BenchRow[]> {
  const hasBf16 =
    task === 'train' && ours.includes('tensorflow') && peers.some(({ words }) => words.includes('bf16'));
  const bf16 = hasBf16 ? [{ task: 'train', model, backend: 'tensorflow', precision: 'bf16' } as const] : [];
  const starting = [
    ...ours.map((backend) => () => startOwn({ task, model, backend })),
    ...bf16.map((own) => () => startOwn(own)),
    ...peers.map((peer) => () => startPeer(python, peer, model)),
  ];
  const names = [
    ...ours.map((backend) => `ncp-train ${backend}`),
    ...bf16.map(() => 'ncp-train tensorflow, bf16'),
    ...peers.map(({ name }) => name),
  ];
  return withChildren(starting, async (children) => {
    say(`${what} of ${model}: ${names.join(', ')}`);
    const timings = await alternate(
      children.map((child) => () => child.step()),
      repetitions,
    );
    return children.map(({ ready, memoryMB }, n) => ({
      name: `peers ${what}`,
      model,
      backend: names[n],
      ...figuresOf(timings[n]),
      memoryMB,
      parameters: ready.parameters,
      ...ratiosOf(timings[n], timings[0]),
      against: names[0],
    }));
  });
}

async function startPeer(python: string, peer: Peer, model: string): Promise<Child> {
  say(`starting ${peer.name}, ${model}`);
  const script = fileURLToPath(new URL(`./peers/${peer.script}`, import.meta.url));
  const child = await Child.start(python, [script, model, ...peer.words]);
  const expected = parameterCount(benchModel(model), 'all') + (peer.extra[model] ?? 0);
  if (child.ready.parameters === expected) return child;
  await child.close();
  throw new Error(
    `${peer.name}: its ${model} has ${child.ready.parameters} parameters, ${expected} were expected; it is not the same model`,
  );
}
