"""Writes the bags beside this file: one drive in the formats that recorders write, and drives with a fault each.

The drive: 12 s to the left on a circle of 50 m radius at 10 m/s. Autonomous mode is on from 2 s, off from 5 to 6 s and from
9 to 10 s, and on until the end: two crashes, 8 s of autonomous driving. The writers are the Python packages rosbags (ROS 1,
and the serialisation of ROS 2) and mcap, so that bags are read that another implementation wrote.

    python -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python make_bags.py [FOLDER [MEGABYTES]]

With MEGABYTES, FOLDER gets one ROS 1 bag of that size instead, for the memory test.
"""

import io
import math
import sys
import tempfile
from itertools import takewhile
from pathlib import Path

import numpy as np
from mcap.writer import CompressionType, IndexType
from mcap.writer import Writer as McapWriter
from PIL import Image as Picture
from rosbags.rosbag1 import Writer as Ros1Writer
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin
from rosbags.rosbag2 import Writer as Ros2Writer
from rosbags.typesys import Stores, get_typestore

START = 1_530_822_693.0  # s; 2018-07-05, the day of the paper's first recording
SECONDS, RADIUS, SPEED = 12, 50.0, 10.0
HEIGHT, WIDTH = 18, 32
LATITUDE, LONGITUDE = 42.36, -71.09  # where the circle begins, heading east
WHEELBASE = 2.7
ROS1, ROS2 = get_typestore(Stores.ROS1_NOETIC), get_typestore(Stores.ROS2_HUMBLE)


def autonomous(t):
    return 2 <= t < 5 or 6 <= t < 9 or 10 <= t


def pixels(n, height=HEIGHT, width=WIDTH):
    """RGB: the frame's number, the row, the column."""
    frame = np.empty((height, width, 3), np.uint8)
    frame[..., 0] = 2 * n % 256
    frame[..., 1] = np.linspace(0, 255, height).astype(np.uint8)[:, None]
    frame[..., 2] = np.linspace(0, 255, width).astype(np.uint8)[None, :]
    return frame


def degrees(east, north):
    """Latitude and longitude of a place in metres from the start, on WGS 84."""
    a, e2 = 6378137.0, 6.69437999014e-3
    sine = math.sin(math.radians(LATITUDE))
    meridian = a * (1 - e2) / (1 - e2 * sine**2) ** 1.5
    parallel = a / math.sqrt(1 - e2 * sine**2) * math.cos(math.radians(LATITUDE))
    return LATITUDE + math.degrees(north / meridian), LONGITUDE + math.degrees(east / parallel)


class Types:
    """Messages of either ROS, which differ in the header alone."""

    def __init__(self, store):
        self.store = store
        self.is_ros1 = store is ROS1

    def make(self, name, **fields):
        return self.store.types[name](**fields)

    def header(self, t, frame_id):
        stamp = self.make("builtin_interfaces/msg/Time", sec=int(t), nanosec=round(t % 1 * 1e9))
        sequence = {"seq": 0} if self.is_ros1 else {}
        return self.make("std_msgs/msg/Header", stamp=stamp, frame_id=frame_id, **sequence)

    def image(self, t, frame, encoding):
        order = {"rgb8": frame, "bgr8": frame[..., ::-1]}[encoding]
        height, width, _ = frame.shape
        return self.make(
            "sensor_msgs/msg/Image",
            header=self.header(t, "camera"),
            height=height,
            width=width,
            encoding=encoding,
            is_bigendian=0,
            step=width * 3,
            data=np.ascontiguousarray(order).reshape(-1),
        )

    def jpeg(self, t, frame):
        stream = io.BytesIO()
        Picture.fromarray(frame).save(stream, "jpeg", quality=95)
        return self.make(
            "sensor_msgs/msg/CompressedImage",
            header=self.header(t, "camera"),
            format="rgb8; jpeg compressed bgr8",
            data=np.frombuffer(stream.getvalue(), np.uint8),
        )

    def fix(self, t, east, north, status):
        latitude, longitude = degrees(east, north) if status >= 0 else (math.nan, math.nan)
        return self.make(
            "sensor_msgs/msg/NavSatFix",
            header=self.header(t, "gps"),
            status=self.make("sensor_msgs/msg/NavSatStatus", status=status, service=1),
            latitude=latitude,
            longitude=longitude,
            altitude=12.0,
            position_covariance=np.zeros(9),
            position_covariance_type=0,
        )

    def twist(self, t, speed, yaw_rate):
        def vector(x, z):
            return self.make("geometry_msgs/msg/Vector3", x=x, y=0.0, z=z)

        twist = self.make("geometry_msgs/msg/Twist", linear=vector(speed, 0.0), angular=vector(0.0, yaw_rate))
        return self.make("geometry_msgs/msg/TwistStamped", header=self.header(t, "base"), twist=twist)

    def boolean(self, value):
        return self.make("std_msgs/msg/Bool", data=value)

    def number(self, value):
        return self.make("std_msgs/msg/Float32", data=value)

    def text(self, value):
        return self.make("std_msgs/msg/String", data=value)


def drive(types, camera="rgb8", topics=None, is_on=autonomous, has_fix=lambda t: True, received=lambda t: t):
    """(seconds received, topic, message), a tenth of a second apart, as they come.

    Args:
        topics: only these; all if None
        received: from the time of a message to the time when the recorder had it
    """
    for n in range(SECONDS * 10):
        t = n / 10
        angle = t * SPEED / RADIUS
        frame = pixels(n)
        place = RADIUS * math.sin(angle), RADIUS * (1 - math.cos(angle))
        stamp = START + t
        image = types.jpeg(stamp, frame) if camera == "jpeg" else types.image(stamp, frame, camera)
        name = "/camera/front/compressed" if camera == "jpeg" else "/camera/front"
        messages = {
            name: image,
            "/gps/fix": types.fix(stamp, *place, 0 if has_fix(t) else -1),
            "/autonomous": types.boolean(bool(is_on(t))),
            "/vehicle/twist": types.twist(stamp, SPEED, SPEED / RADIUS),
            "/vehicle/steering": types.number(math.atan(WHEELBASE / RADIUS)),
        }
        if n % 20 == 0:
            messages["/chatter"] = types.text(f"{t} s")
        for topic, message in messages.items():
            if topics is None or topic in topics:
                yield START + received(t) + 0.004, topic, message


def write_ros1(path, messages, compression=None, chunk=1 << 16):
    path.unlink(missing_ok=True)
    writer = Ros1Writer(path)
    if compression:
        writer.set_compression(compression)
    writer.chunk_threshold = chunk
    with writer:
        connections = {}
        for t, topic, message in messages:
            kind = message.__msgtype__
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=ROS1)
            writer.write(connections[topic], round(t * 1e9), bytes(ROS1.serialize_ros1(message, kind)))


def write_mcap(path, messages, compression, store=ROS2, chunk=1 << 16, **options):
    with open(path, "wb") as stream:
        writer = McapWriter(stream, chunk_size=chunk, compression=compression, **options)
        writer.start("ros2" if store is ROS2 else "ros1", "make_bags.py")
        channels = {}
        for n, (t, topic, message) in enumerate(messages):
            kind = message.__msgtype__
            if topic not in channels:
                version = 2 if store is ROS2 else 1
                text, _ = store.generate_msgdef(kind, ros_version=version)
                name = kind if store is ROS2 else kind.replace("/msg/", "/")
                schema = writer.register_schema(name, "ros2msg" if store is ROS2 else "ros1msg", text.encode())
                channels[topic] = writer.register_channel(topic, "cdr" if store is ROS2 else "ros1", schema)
            data = store.serialize_cdr(message, kind) if store is ROS2 else store.serialize_ros1(message, kind)
            nanoseconds = round(t * 1e9)
            writer.add_message(channels[topic], nanoseconds, bytes(data), nanoseconds, n)
        writer.finish()


def write_singly_compressed(path, messages):
    """As ROS 2 records with --compression-mode message: each message a zstd frame."""
    with tempfile.TemporaryDirectory() as temporary:
        recorded = Path(temporary) / path.stem
        writer = Ros2Writer(recorded, version=9, storage_plugin=StoragePlugin.MCAP)
        writer.set_compression(CompressionMode.MESSAGE, CompressionFormat.ZSTD)
        with writer:
            connections = {}
            for t, topic, message in messages:
                kind = message.__msgtype__
                if topic not in connections:
                    connections[topic] = writer.add_connection(topic, kind, typestore=ROS2)
                writer.write(connections[topic], round(t * 1e9), bytes(ROS2.serialize_cdr(message, kind)))
        path.write_bytes((recorded / f"{path.stem}.mcap").read_bytes())


def small(folder):
    """The bags of the tests."""
    one, two = Types(ROS1), Types(ROS2)
    formats = Ros1Writer.CompressionFormat
    write_ros1(folder / "plain.bag", drive(one))
    write_ros1(folder / "lz4.bag", drive(one, "jpeg"), formats.LZ4)
    write_ros1(folder / "bz2.bag", drive(one, "bgr8"), formats.BZ2)
    write_mcap(folder / "zstd.mcap", drive(two), CompressionType.ZSTD)
    write_mcap(folder / "lz4.mcap", drive(two, "jpeg"), CompressionType.LZ4)
    write_mcap(folder / "ros1.mcap", drive(one, "jpeg"), CompressionType.ZSTD, ROS1)

    two_seconds = takewhile(lambda each: each[0] < START + 2, drive(two))
    write_singly_compressed(folder / "messages-zstd.mcap", two_seconds)

    # Faults. The recorder's clock is set back by 4 s at 8 s.
    signals = ["/gps/fix", "/autonomous", "/vehicle/twist"]
    set_back = lambda t: t if t < 8 else t - 4  # noqa: E731
    write_ros1(folder / "set-back.bag", drive(one, topics=signals, received=set_back), formats.LZ4)
    write_mcap(folder / "set-back.mcap", drive(two, topics=signals, received=set_back), CompressionType.ZSTD)
    no_fix = lambda t: not 3 <= t < 8  # noqa: E731
    write_mcap(folder / "no-fix.mcap", drive(two, topics=["/gps/fix", "/autonomous"], has_fix=no_fix), CompressionType.ZSTD)
    write_ros1(folder / "always-on.bag", drive(one, topics=signals, is_on=lambda t: True), formats.LZ4)
    write_mcap(folder / "no-switch.mcap", drive(two, topics=["/gps/fix", "/chatter"]), CompressionType.ZSTD)
    without = ("use_chunking", "use_statistics", "use_summary_offsets", "repeat_channels", "repeat_schemas")
    no_index = {"index_types": IndexType.NONE, **{option: False for option in without}}
    write_mcap(folder / "no-index.mcap", drive(two, topics=["/autonomous"]), CompressionType.NONE, **no_index)


def large(folder, megabytes):
    """A camera of 240×400 frames with the signals beside it."""

    def frames(types):
        noise = np.random.default_rng(0).integers(0, 256, (240, 400, 3), np.uint8)
        for n in range(round(megabytes * 1e6 / noise.size)):
            t = n / 30
            stamp = START + t
            yield stamp, "/camera/front", types.image(stamp, np.roll(noise, n, axis=1), "rgb8")
            yield stamp, "/autonomous", types.boolean(t % 10 < 8)
            yield stamp, "/vehicle/twist", types.twist(stamp, SPEED, SPEED / RADIUS)

    write_ros1(folder / "large.bag", frames(Types(ROS1)), chunk=768 * 1024)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    if len(sys.argv) > 2:
        large(folder, float(sys.argv[2]))
    else:
        small(folder)
