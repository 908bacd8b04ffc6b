/**
 * The signals of a bag, all but the pictures: one pass over the bag, each topic as columns over time. Memory grows by some
 * bytes a message of the topics that were chosen, which over hours are tens of megabytes; pictures are never held.
 *
 * A message's time is that of its header, where the clocks agree to within a second, else when the recorder had it.
 */
import { DataError } from '../errors.ts';
import { type Choice, type ChosenTopic, topicText } from './choose-topics.ts';
import type { Bag, BagMessage } from './read/bag.ts';
import { fieldAt, fieldNames, numberOf, stampOf } from './read/fields.ts';
import type { Role } from './roles.ts';

/** A quantity over time; times grow. */
export interface Signal {
  readonly source: ChosenTopic;
  /** [n], s */
  readonly time: Float64Array;
  /** [n] */
  readonly value: Float64Array;
  /** Messages that are not in it. */
  readonly leftOut: LeftOut;
}

export interface Track {
  readonly source: ChosenTopic;
  /** [n], s */
  readonly time: Float64Array;
  /** [n], degrees; altitude in m. */
  readonly latitude: Float64Array;
  readonly longitude: Float64Array;
  readonly altitude: Float64Array;
  readonly leftOut: LeftOut;
}

export interface LeftOut {
  /** Not later than the message before. */
  backwards: number;
  /** By how much at most, s; 0 where they have the same time. */
  furthest: number;
  /** Of the same time as the message before, with another value. */
  conflicting: number;
  /** No number, or a GPS reading without a fix. */
  unknown: number;
}

export interface Signals {
  readonly clock: Clock;
  readonly gps?: Track;
  readonly quantities: Readonly<Partial<Record<Exclude<Role, 'camera' | 'gps'>, Signal>>>;
  /** What was not taken for a signal, in words. */
  readonly notes: readonly string[];
}

/** Which time of a message counts. */
export type Clock = 'stamp' | 'received';

/** Messages of a topic that are looked at for a header that somebody set. */
const LOOKED_AT = 10;
/** s between a header's time and the recorder's, beyond which they are not of the same clock. */
const SAME_CLOCK = 1;

/** @returns the time of a message, s */
export function timeOf(message: BagMessage, clock: Clock): number {
  return clock === 'received' ? message.received : (stampOf(message) ?? message.received);
}

/**
 * Looks at the first message of each topic that has a time in its header; drivers may begin without.
 * @returns the clock, with a note where the headers' is not used
 */
export async function chooseClock(bag: Bag, choice: Choice): Promise<{ clock: Clock; notes: string[] }> {
  const topics = new Set(Object.values(choice).map(({ topic }) => topic));
  const waiting = new Map(Array.from(topics, (topic) => [topic, LOOKED_AT]));
  for await (const message of bag.messages([...topics])) {
    const left = waiting.get(message.topic);
    if (left === undefined) continue;
    const stamp = stampOf(message);
    const isLast = stamp !== undefined || left === 1 || fieldAt(message.fields, 'header') === undefined;
    if (isLast) waiting.delete(message.topic);
    else waiting.set(message.topic, left - 1);
    const off = Math.abs((stamp ?? message.received) - message.received);
    if (off > SAME_CLOCK) {
      return {
        clock: 'received',
        notes: [
          `the header of ${message.topic} is ${off.toFixed(1)} s off the recorder's clock: the times at which messages were ` +
            'received count',
        ],
      };
    }
    if (waiting.size === 0) break;
  }
  return { clock: 'stamp', notes: [] };
}

/**
 * @throws DataError for a field that the messages do not have
 */
export async function readSignals(bag: Bag, choice: Choice, clock: Clock): Promise<Signals> {
  const roles = (Object.keys(choice) as Role[]).filter((role) => role !== 'camera');
  const collectors = roles.map((role) => ({ role, ...collector(bag, choice[role] as ChosenTopic, role) }));
  const topics = [...new Set(collectors.map(({ source }) => source.topic))];
  if (topics.length > 0) {
    for await (const message of bag.messages(topics)) {
      for (const { source, take } of collectors) {
        if (source.topic === message.topic) take(message, timeOf(message, clock));
      }
    }
  }
  const quantities: Partial<Record<Role, Signal>> = {};
  let gps: Track | undefined;
  for (const { role, source, columns, leftOut } of collectors) {
    const [time, ...values] = columns.map((column) => Float64Array.from(column));
    if (role === 'gps') {
      const [latitude, longitude, altitude] = values;
      gps = { source, time, latitude, longitude, altitude, leftOut };
    } else quantities[role] = { source, time, value: values[0], leftOut };
  }
  const notes: string[] = [];
  const { yaw_rate } = quantities;
  // GPS drivers fill in a velocity only, and leave the turning at 0.
  if (yaw_rate !== undefined && !yaw_rate.source.isNamed && yaw_rate.value.every((rate) => rate === 0)) {
    delete quantities.yaw_rate;
    const name = topicText(yaw_rate.source);
    notes.push(`${name} is 0 in all messages, so nobody measured it; if it was measured: --yaw_rate ${name}`);
  }
  return { clock, ...(gps ? { gps } : {}), quantities, notes };
}

function collector(bag: Bag, source: ChosenTopic, role: Role) {
  const columns: number[][] = role === 'gps' ? [[], [], [], []] : [[], []];
  const leftOut: LeftOut = { backwards: 0, furthest: 0, conflicting: 0, unknown: 0 };
  let last = Number.NEGATIVE_INFINITY;
  const take = (message: BagMessage, time: number) => {
    const values = role === 'gps' ? fixOf(message) : [quantityOf(bag, message, source)];
    if (values === undefined || !values.slice(0, 2).every(Number.isFinite)) leftOut.unknown++;
    else if (time <= last) {
      leftOut.backwards++;
      if (time === last && values[0] !== columns[1].at(-1)) leftOut.conflicting++;
      leftOut.furthest = Math.max(leftOut.furthest, last - time);
    } else {
      last = time;
      for (const [c, value] of [time, ...values].entries()) columns[c].push(value);
    }
  };
  return { source, columns, leftOut, take };
}

function quantityOf(bag: Bag, { fields, topic }: BagMessage, source: ChosenTopic): number {
  const value = fieldAt(fields, source.field);
  if (value !== undefined) return numberOf(value);
  throw new DataError(
    `${bag.path}: messages of ${topic} have no field ${source.field}; they have ${fieldNames(fields).join(', ')}`,
  );
}

/** sensor_msgs/NavSatStatus: below 0 is no fix. */
function fixOf({ fields }: BagMessage): number[] | undefined {
  const status = numberOf(fieldAt(fields, 'status.status'));
  if (!(status >= 0)) return undefined;
  return ['latitude', 'longitude', 'altitude'].map((name) => numberOf(fields[name]));
}

/** What was left out of the signals, in words. */
export function omissionNotes({ gps, quantities, notes }: Signals): string[] {
  const leftOut = [gps, ...Object.values(quantities)].flatMap((signal) => {
    if (signal === undefined) return [];
    const { source, leftOut } = signal;
    const of = `of ${source.count} messages of ${topicText(source)}`;
    const why = signal === gps ? 'have no fix' : 'have no number';
    return [
      ...(leftOut.unknown > 0 ? [`${leftOut.unknown} ${of} ${why}: left out`] : []),
      ...(leftOut.backwards > 0
        ? [
            `${leftOut.backwards} ${of} are not later than one before them, by up to ${leftOut.furthest.toFixed(3)} s: left out`,
          ]
        : []),
    ];
  });
  return [...leftOut, ...notes];
}
