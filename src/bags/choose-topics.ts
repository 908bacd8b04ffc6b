/**
 * Which topic serves what: those that were named, for the rest the one whose type fits. Every choice is told with its
 * alternatives. A switch that cannot be told from others is not guessed: crashes would be counted from it.
 */
import { DataError, UsageError } from '../errors.ts';
import { unknownName } from '../text/nearest.ts';
import type { Bag, BagTopic } from './read/bag.ts';
import { intendedRoles, preference, ROLES, type Role, rolesOf } from './roles.ts';

export interface ChosenTopic {
  readonly topic: string;
  readonly type: string;
  /** Path of the field, e.g. `twist.linear`; empty for cameras and GPS. */
  readonly field: string;
  readonly count: number;
  /** Named by the user. */
  readonly isNamed: boolean;
}

export type Choice = Readonly<Partial<Record<Role, ChosenTopic>>>;

/** `TOPIC` or `TOPIC.field`, by role; `none` for a role that no topic shall fill. */
export type NamedTopics = Readonly<Partial<Record<Role, string>>>;

/**
 * @param wanted - the roles to fill; of the others only those that are named
 * @returns the choice, and notes that tell it, and which topics it passed over as they cannot be read
 * @throws DataError for a topic that is not in the bag, naming those that are; for several possible switches; and
 *   for messages that cannot be decoded
 * @throws UsageError for a field that has to be named
 */
export function chooseTopics(
  bag: Bag,
  named: NamedTopics,
  wanted: readonly Role[] = ROLES,
): { choice: Choice; notes: string[] } {
  const choice: Partial<Record<Role, ChosenTopic>> = {};
  const notes: string[] = [];
  for (const role of ROLES) {
    const name = named[role];
    if (name === 'none' || (name === undefined && !wanted.includes(role))) continue;
    const chosen = name === undefined ? likely(bag, role, notes) : asNamed(bag, role, name);
    if (chosen !== undefined) choice[role] = chosen;
    if (name === undefined) notes.push(...passedOver(bag, role, chosen));
  }
  return { choice, notes };
}

/** Topics of the role's kind that have nothing to read. Empty ones are told where nothing else fills the role. */
function passedOver({ topics }: Bag, role: Role, chosen?: ChosenTopic): string[] {
  return topics.flatMap((topic) => {
    const { name, type, count, unreadable } = topic;
    if (intendedRoles(topic)[role] === undefined) return [];
    const could = `${role}: ${name} could be it by its type ${type}, but`;
    if (unreadable !== undefined && count > 0) return [`${could} cannot be decoded: ${unreadable}`];
    return count === 0 && chosen === undefined ? [`${could} has no messages`] : [];
  });
}

/** As an option and in files: `/vehicle/twist.twist.linear` */
export const topicText = ({ topic, field }: ChosenTopic) => (field === '' ? topic : `${topic}.${field}`);

function asNamed(bag: Bag, role: Role, text: string): ChosenTopic {
  const [name, ...path] = text.split('.');
  const topic = bag.topics.find((each) => each.name === name);
  const option = `--${role}`;
  if (topic === undefined) {
    const names = bag.topics.map((each) => each.name);
    const lookUp = `ncp-train bag info ${bag.path} lists all`;
    throw new DataError(`${bag.path}: ${option}: ${unknownName('topic', name, names, { lookUp })}`);
  }
  if (topic.unreadable !== undefined) {
    throw new DataError(`${bag.path}: ${option}: ${name} cannot be decoded: ${topic.unreadable}`);
  }
  if (topic.count === 0) throw new DataError(`${bag.path}: ${option}: ${name} has no messages`);
  const field = path.length > 0 ? path.join('.') : (rolesOf(topic)[role] ?? soleField(topic.type));
  const isWhole = role === 'camera' || role === 'gps';
  if (isWhole && rolesOf(topic)[role] === undefined) {
    const types =
      role === 'gps' ? 'sensor_msgs/NavSatFix' : 'sensor_msgs/Image or sensor_msgs/CompressedImage';
    throw new DataError(`${bag.path}: ${option}: ${name} has messages of ${topic.type}; expected ${types}`);
  }
  if (field === undefined) {
    throw new UsageError(
      `${option} ${name}: which field of ${topic.type} is meant? Say so with dots: ${option} ${name}.field`,
    );
  }
  return { topic: name, type: topic.type, field, count: topic.count, isNamed: true };
}

/** The messages of std_msgs have one field. */
const soleField = (type: string) => (/^std_msgs\/(Bool|U?Int|Float)/.test(type) ? 'data' : undefined);

/** The topic that fits best, with a note; undefined where none does. @throws DataError for several possible switches */
function likely(bag: Bag, role: Role, notes: string[]): ChosenTopic | undefined {
  const fitting = bag.topics.filter((topic) => topic.count > 0 && rolesOf(topic)[role] !== undefined);
  if (fitting.length === 0) return undefined;
  const highest = Math.max(...fitting.map((topic) => preference(role, topic)));
  const candidates = fitting.filter((topic) => preference(role, topic) === highest);
  if (role === 'switch' && candidates.length > 1) {
    const names = candidates.map(({ name }) => name).join(', ');
    throw new DataError(
      `${bag.path}: ${candidates.length} topics could be the switch of autonomous mode: ${names}; say which: --switch ${candidates[0].name}`,
    );
  }
  const [best] = candidates;
  const { name: topic, type, count } = best;
  const chosen = { topic, type, field: rolesOf(best)[role] ?? '', count, isNamed: false };
  const others = fitting.filter((each) => each !== best).map(({ name }) => name);
  const also = others.length > 0 ? `; also possible: ${others.join(', ')}` : '';
  notes.push(`${role}: ${topicText(chosen)}, chosen by its type ${type}${also}`);
  return chosen;
}

/** Every topic with its type, for messages. */
export function listText({ topics }: { readonly topics: readonly BagTopic[] }): string {
  if (topics.length === 0) return 'no topics';
  return topics
    .map(({ name, type, count, unreadable }) => {
      const why = unreadable !== undefined ? ', cannot be decoded' : count === 0 ? ', no messages' : '';
      return `${name} (${type}${why})`;
    })
    .join(', ');
}
