import { expect, test } from 'vitest';
import { chooseTopics, listText } from './choose-topics.ts';
import type { Bag, BagTopic } from './read/bag.ts';

function bagOf(...topics: BagTopic[]): Bag {
  return {
    path: 'some.mcap',
    format: 'MCAP',
    size: 0,
    topics,
    notes: [],
    messages: () => {
      throw new Error('nothing is read to choose');
    },
    close: async () => {},
  };
}

const camera = (name: string, more: Partial<BagTopic> = {}): BagTopic => ({
  name,
  type: 'sensor_msgs/Image',
  count: 5,
  ...more,
});

test('a topic that has a role and cannot be decoded is named, also where another fills the role', () => {
  const lost = camera('/left', { unreadable: 'its definition cannot be read' });
  const could =
    'camera: /left could be it by its type sensor_msgs/Image, but cannot be decoded: its definition cannot be read';
  expect(chooseTopics(bagOf(lost), {})).toEqual({ choice: {}, notes: [could] });
  const { choice, notes } = chooseTopics(bagOf(lost, camera('/right')), {});
  expect(choice.camera?.topic).toBe('/right');
  expect(notes).toContain(could);
  // Nobody asked for it.
  expect(chooseTopics(bagOf(lost), { camera: 'none' }).notes).toEqual([]);
  expect(chooseTopics(bagOf(lost), {}, ['speed']).notes).toEqual([]);
});

test('a topic of numbers has its role by its name, also where it cannot be decoded', () => {
  const lost = { name: '/wheel/speed', type: 'std_msgs/Float32', count: 5, unreadable: 'no' };
  expect(chooseTopics(bagOf(lost), {}).notes).toEqual([
    'speed: /wheel/speed could be it by its type std_msgs/Float32, but cannot be decoded: no',
  ]);
});

test('a topic without messages is named where nothing else fills its role', () => {
  const empty = camera('/left', { count: 0 });
  const note = 'camera: /left could be it by its type sensor_msgs/Image, but has no messages';
  expect(chooseTopics(bagOf(empty), {})).toEqual({ choice: {}, notes: [note] });
  expect(chooseTopics(bagOf(empty, camera('/right')), {}).notes).not.toContain(note);
  expect(listText(bagOf(empty))).toBe('/left (sensor_msgs/Image, no messages)');
});

test.each([
  ['/camera/aligned_depth_to_color/image_raw', '/camera/color/image_raw', '/camera/color/image_raw'],
  ['/front/depth/image', '/rear/color/image', '/rear/color/image'],
  ['/a/image', '/front/image', '/front/image'],
  ['/a/depth', '/b/disparity', '/a/depth'],
])('of the cameras %s and %s the picture of the road is chosen', (one, other, expected) => {
  const { choice, notes } = chooseTopics(bagOf(camera(one), camera(other)), {});
  expect(choice.camera?.topic).toBe(expected);
  expect(notes[0]).toContain('also possible: ');
});
