/** The options that every command has: what the runner of src/cli/command.ts does for all of them. */
import { z } from 'zod';
import { field, flag, text } from './fields.ts';

export const everyOptions = z.strictObject({
  config: field(text, 'read options from a YAML file; flags win over it').open(),
  print_config: flag('print the options as they would be used, as YAML, and end'),
  print_schema: flag('print the JSON Schema of the options, and end'),
  json: flag('print the result as JSON'),
  quiet: flag('print warnings and the result only'),
  debug: flag('print where in the program an error came up'),
});
