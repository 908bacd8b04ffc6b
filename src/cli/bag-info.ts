/** `ncp-train bag info`: what is in a rosbag, and what each topic would be used for. */

import { type CameraLook, lookText, lookThrough } from '../bags/camera/camera-look.ts';
import { type Choice, chooseTopics, topicText } from '../bags/choose-topics.ts';
import type { Bag } from '../bags/read/bag.ts';
import { openBag } from '../bags/read/open-bag.ts';
import { ROLES, type Role, rolesOf } from '../bags/roles.ts';
import { DataError } from '../errors.ts';
import { bagInfoOptions } from '../options/commands/bags.ts';
import { aligned } from '../text/aligned.ts';
import { onlyOneFile } from './bag-options.ts';
import { defineCommand } from './command.ts';
import { one } from './operands.ts';

export default defineCommand({
  operands: { file: one('ROS 1 bag, MCAP file, or a folder as ROS 2 records it') },
  options: bagInfoOptions,
  tooMany: (files) => onlyOneFile('info', files),
  async run(_, { file }, { print }) {
    const bag = await openBag(file);
    try {
      const { choice, problems } = likelyChoice(bag);
      const camera = await cameraOf(bag, choice, problems);
      print(asJson(bag, choice, problems, camera), asText(bag, choice, problems, camera));
    } finally {
      await bag.close();
    }
  },
});

/** What `bag export` and `bag metrics` would use; where the switch is in doubt, without it, and why. */
function likelyChoice(bag: Bag): { choice: Choice; problems: string[] } {
  try {
    return { choice: chooseTopics(bag, {}).choice, problems: [] };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { choice: chooseTopics(bag, { switch: 'none' }).choice, problems: [error.message] };
  }
}

/** Its first pictures are read; where the bag is damaged there, that is one of the problems. */
async function cameraOf(bag: Bag, { camera }: Choice, problems: string[]): Promise<CameraLook | undefined> {
  if (camera === undefined) return undefined;
  try {
    return await lookThrough(bag, camera.topic);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    problems.push(error.message);
    return undefined;
  }
}

/** `camera`, or `switch?` where another topic of the kind would be used. */
function uses(choice: Choice, name: string, possible: readonly Role[]): string[] {
  const used = ROLES.filter((role) => choice[role]?.topic === name);
  const else_ = possible.filter((role) => !used.includes(role));
  return [...used, ...else_.map((role) => `${role}?`)];
}

const usesOf = (choice: Choice, topic: Bag['topics'][number]) =>
  uses(choice, topic.name, Object.keys(rolesOf(topic)) as Role[]);

function asText(bag: Bag, choice: Choice, problems: readonly string[], camera?: CameraLook): string {
  const { path, format, size, topics, start, end, notes } = bag;
  const rows = topics.map((topic) => [
    topic.name,
    topic.type,
    `${topic.count}`,
    rate(topic.count, start, end),
    usedAs(choice, topic),
  ]);
  const when =
    start === undefined || end === undefined
      ? 'no messages'
      : `${new Date(start * 1000).toISOString()}, ${(end - start).toFixed(1)} s`;
  const doubtful = rows.some((row) => row[4].includes('?'))
    ? ['with ?: possible, but another topic of the kind is used unless an option names this one']
    : [];
  const pictures = camera === undefined ? [] : [`camera: ${lookText(camera)}`];
  const remarks = [...doubtful, ...pictures, ...notes, ...problems];
  return [
    `${path}: ${format}, ${sizeText(size)}, ${when}`,
    '',
    aligned([['topic', 'type', 'messages', 'per s', 'used as'], ...rows]),
    ...(remarks.length > 0 ? ['', ...remarks] : []),
  ].join('\n');
}

function usedAs(choice: Choice, topic: Bag['topics'][number]): string {
  if (topic.unreadable !== undefined) return `– (${topic.unreadable})`;
  if (topic.count === 0) return '– (no messages)';
  return usesOf(choice, topic).join(', ') || '–';
}

function rate(count: number, start?: number, end?: number): string {
  if (start === undefined || end === undefined || end === start || count < 2) return '–';
  return (count / (end - start)).toFixed(1);
}

const sizeText = (bytes: number) =>
  bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;

function asJson(bag: Bag, choice: Choice, problems: readonly string[], camera?: CameraLook): object {
  const { path, format, size, start = null, end = null, notes } = bag;
  const topics = bag.topics.map((topic) => ({
    ...topic,
    used_as: ROLES.filter((role) => choice[role]?.topic === topic.name),
    possible: Object.keys(rolesOf(topic)),
  }));
  const chosen = Object.entries(choice).map(([role, topic]) => [role, topicText(topic)]);
  return {
    path,
    format,
    size,
    start,
    end,
    topics,
    used: Object.fromEntries(chosen),
    camera: camera === undefined ? null : cameraAsJson(camera),
    notes: [...notes, ...problems],
  };
}

const cameraAsJson = ({ topic, height, width, encoding, yuvRange, remark }: CameraLook) => ({
  topic,
  height,
  width,
  encoding,
  yuv_range: yuvRange,
  remark,
});
