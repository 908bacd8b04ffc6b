/** Asks a Python whether it has a TensorFlow that can be used in place. Fetching one is `pip.ts`. */
import { spawnSync } from 'node:child_process';

/** TensorFlow in an interpreter's own environment. */
export interface FoundTensorFlow {
  readonly version: string;
  /** Folder of the package `tensorflow`: its libraries and `include/`. */
  readonly folder: string;
  readonly gpu: boolean;
}

/** Looks without importing: importing TensorFlow takes seconds. */
const LOOK = `
import importlib.metadata as m, importlib.util as u, json, os
spec = u.find_spec('tensorflow')
found = None
if spec and spec.origin and os.path.exists(os.path.join(os.path.dirname(spec.origin), 'libtensorflow_cc.so.2')):
    for name in ('tensorflow', 'tensorflow-cpu'):
        try:
            version = m.version(name)
        except m.PackageNotFoundError:
            continue
        gpu = name == 'tensorflow' and u.find_spec('nvidia') is not None
        found = dict(version=version, folder=os.path.dirname(spec.origin), gpu=gpu)
        break
print(json.dumps(found))
`;

/** The TensorFlow that an interpreter has, or undefined where it has none with C++ libraries. */
export function tensorflowOf(python: string): FoundTensorFlow | undefined {
  const cwd = '/'; // Python would take a folder `tensorflow` in the current one for the package
  const { status, stdout } = spawnSync(python, ['-c', LOOK], { encoding: 'utf8', cwd });
  return status === 0 ? (JSON.parse(stdout) ?? undefined) : undefined;
}
