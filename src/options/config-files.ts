/** What stands in `configs/`: written by `npm run configs`, compared in a test. */
import { activeOptions, demoOptions, driveOptions, passiveOptions } from './schema.ts';
import { type Choice, smallCnnRuns, smallRuns } from './small-runs.ts';
import { chosenYaml, commentedYaml } from './yaml.ts';

const head = (what: string, file: string, command: string) => `\
# ${what}
#
#   ncp-train ${command} --config ${file}
#
# Copy it, change what is to be different, delete the rest: what is left out has its default. Flags on the command line
# win over the file, e.g. --seed 2. Written by \`npm run configs\` from src/options/schema.ts.

`;

const smallFile = (file: string, model: string, models: string, runs: Readonly<Record<string, Choice>>) => `\
# What makes a training of minutes learn something, on minutes of driving: only what differs from the defaults, and why.
#
#   ncp-train passive --config configs/${file} --model ${model} --experiment_id 0
#
# For ${models}. Measured in docs/training.md, "Small trainings". Flags on the command line win over the file.
# Written by \`npm run configs\` from src/options/small-runs.ts.

${chosenYaml(passiveOptions, runs)}`;

/** Text by file name. */
export function configFiles(): Map<string, string> {
  return new Map([
    [
      'passive.yaml',
      head('Options of `ncp-train passive`: 10-fold cross-testing.', 'configs/passive.yaml', 'passive') +
        commentedYaml(passiveOptions, { model: 'wm', experiment_id: 0 }),
    ],
    [
      'active.yaml',
      head(
        'Options of `ncp-train active`: training for the active test drives.',
        'configs/active.yaml',
        'active',
      ) + commentedYaml(activeOptions, { model: 'wm' }),
    ],
    [
      'demo.yaml',
      head(
        'Options of `ncp-train demo`: what makes a training of minutes learn something, and why.',
        'configs/demo.yaml',
        'demo',
      ) + commentedYaml(demoOptions),
    ],
    [
      'drive.yaml',
      head(
        'Options of `ncp-train drive`: test drives in closed loop.',
        'configs/drive.yaml',
        'drive CHECKPOINT',
      ) + commentedYaml(driveOptions),
    ],
    ['small.yaml', smallFile('small.yaml', 'wm', 'the recurrent models', smallRuns)],
    ['small-cnn.yaml', smallFile('small-cnn.yaml', 'cnn', 'the CNN', smallCnnRuns)],
  ]);
}
