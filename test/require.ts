/** Placeholder until the complete one lands. */
import { nativeInstallation } from '../src/backend/paths.ts';
export function requirement(name: string) {
  const present = name === 'tensorflow' && nativeInstallation() !== undefined;
  return {
    present,
    reason: 'not installed',
    title: (text: string) => (present ? text : `${text} (skipped: not installed)`),
  };
}
