/**
 * What a bag is, whichever ROS recorded it: topics with typed messages, read from front to back. ros1-bag.ts and mcap.ts
 * read the two formats with the libraries that their authors keep; open-bag.ts finds out which it is.
 */

export interface BagTopic {
  readonly name: string;
  /** As ROS 1 writes it, e.g. `sensor_msgs/Image`; ROS 2 has `msg/` between. */
  readonly type: string;
  readonly count: number;
  /** Why its messages cannot be decoded, in words. */
  readonly unreadable?: string;
}

export interface BagMessage {
  readonly topic: string;
  /** When the recorder had it, s. */
  readonly received: number;
  /** Decoded: fields by name; `time` as `{ sec, nsec }`, 64-bit numbers as bigint. Holds until the next message is asked for. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Bag {
  readonly path: string;
  readonly format: 'ROS 1 bag' | 'MCAP';
  /** Bytes. */
  readonly size: number;
  /** Sorted by name. */
  readonly topics: readonly BagTopic[];
  /** Of the first and last message received, s; undefined in a bag without messages. */
  readonly start?: number;
  readonly end?: number;
  /** What is unusual about the file, in words. */
  readonly notes: readonly string[];
  /**
   * The messages of some topics, each topic's in the order in which they were recorded. Holds a chunk at a time.
   * @throws DataError where the file is damaged, or compressed in a way that is not read
   */
  messages(topics: readonly string[]): AsyncGenerator<BagMessage, void, void>;
  close(): Promise<void>;
}

/**
 * Several connections (ROS 1) or channels (MCAP) may carry one topic, each with a definition of its own.
 * @returns the topics, sorted by name; one of which only a part can be decoded is that part, with a note
 */
export function joinedTopics(parts: readonly BagTopic[]): { topics: BagTopic[]; notes: string[] } {
  const byName = new Map<string, BagTopic[]>();
  for (const part of parts) byName.set(part.name, [...(byName.get(part.name) ?? []), part]);
  const notes: string[] = [];
  const total = (of: readonly BagTopic[]) => of.reduce((sum, { count }) => sum + count, 0);
  const topics = Array.from(byName, ([name, all]) => {
    const readable = all.filter(({ unreadable }) => unreadable === undefined);
    const isRead = total(readable) > 0 || (readable.length > 0 && total(all) === 0);
    const counted = isRead ? readable : all;
    const first = counted.find(({ count, unreadable }) => count > 0 && (isRead || unreadable)) ?? counted[0];
    const lost = all.find(({ count, unreadable }) => count > 0 && unreadable !== undefined);
    if (isRead && lost !== undefined) {
      const count = total(all) - total(readable);
      notes.push(`${count} of ${total(all)} messages of ${name} cannot be decoded: ${lost.unreadable}`);
    }
    return { ...first, count: total(counted) };
  });
  return { topics: topics.sort((a, b) => (a.name < b.name ? -1 : 1)), notes };
}

/** `sensor_msgs/msg/Image` → `sensor_msgs/Image` */
export const plainType = (type: string): string => type.replace('/msg/', '/');
