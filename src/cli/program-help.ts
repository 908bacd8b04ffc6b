/** The help of the program and of groups of commands: what there is, a line each. Of one command: help.ts. */
import { Command } from 'commander';
import { commands, groups } from './commands.ts';

/** @param group - first words, e.g. `data`; empty: the program */
export function helpOfGroup(group: string): string {
  const called = ['ncp-train', group].filter((part) => part !== '').join(' ');
  const summary =
    groups[group] ?? 'Train and analyse neural circuit policies and the networks they were compared with';
  const help = new Command(called).description(summary).usage('[options] [command]').helpCommand(false);
  if (group === '') {
    help
      .version('', '--version', 'print the version')
      .helpCommand('help [command]', 'print the help of a command');
  }
  help.helpOption('-h, --help', 'print this help; after a command, its options');
  for (const word of nextWords(group)) {
    const name = group === '' ? word : `${group} ${word}`;
    const command = commands.find((one) => one.name === name);
    help.command(word).description(command?.summary ?? groups[name]);
  }
  return help.helpInformation();
}

/** Words that may follow, each once. */
export function nextWords(group: string): string[] {
  const start = group === '' ? '' : `${group} `;
  const words = commands.flatMap(({ name }) =>
    name.startsWith(start) ? [name.slice(start.length).split(' ')[0]] : [],
  );
  return [...new Set(words)];
}
