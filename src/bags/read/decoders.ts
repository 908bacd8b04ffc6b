/** From the bytes of a message to its fields, by the definition that the bag has of its type. */
import { parse } from '@foxglove/rosmsg';
import { MessageReader as Ros1Reader } from '@foxglove/rosmsg-serialization';
import { MessageReader as Ros2Reader } from '@foxglove/rosmsg2-serialization';

export type Decoder = (bytes: Uint8Array) => Readonly<Record<string, unknown>>;

/** @param definition - of the type and of all that it is made of, as ROS 1 stores it */
export function ros1Decoder(definition: string): Decoder {
  const reader = new Ros1Reader(parse(definition));
  return (bytes) => reader.readMessage(bytes);
}

/** @param definition - likewise, of ROS 2 */
export function ros2Decoder(definition: string): Decoder {
  const reader = new Ros2Reader<Record<string, unknown>>(parse(definition, { ros2: true }), {
    timeType: 'sec,nsec',
  });
  return (bytes) => reader.readMessage(bytes);
}
