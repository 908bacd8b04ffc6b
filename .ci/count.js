// Adds up the reports that vitest left in a folder, and names every test that failed; each failed step counts as a failure too.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...failedSteps] = process.argv.slice(2);
const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
const sum = (key) => reports.reduce((total, report) => total + report[key], 0);
const passed = sum('numPassedTests');
const failed = failedSteps.length + sum('numFailedTests');

for (const step of failedSteps) console.log(`FAILED step: ${step}`);
for (const { name, message, assertionResults } of reports.flatMap(({ testResults }) => testResults)) {
  const file = name.slice(process.cwd().length + 1);
  if (message) console.log(`FAILED file: ${file}\n${message.slice(0, 1000)}`);
  for (const { status, fullName, failureMessages } of assertionResults) {
    if (status === 'failed')
      console.log(`FAILED test: ${file}: ${fullName}\n${failureMessages.join('\n').slice(0, 1500)}`);
  }
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
