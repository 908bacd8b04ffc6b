/**
 * What a topic can be used for, by the type of its messages and, where a type says nothing (`std_msgs/Float32`), by its name.
 * Angles are in rad, rates in rad/s, positive to the left, speeds in m/s (ROS REP 103), and so these types have them.
 */
import type { BagTopic } from './read/bag.ts';

export const ROLES = ['camera', 'gps', 'switch', 'speed', 'steering', 'yaw_rate', 'curvature'] as const;
export type Role = (typeof ROLES)[number];

/**
 * The path of the field that has the quantity; empty where the message itself is meant. A velocity is a vector: its length
 * is the speed in the car's frame and in that of the map, in which GPS drivers give it.
 */
type Fields = Readonly<Partial<Record<Role, string>>>;

/** By type. */
const BY_TYPE: Readonly<Record<string, Fields>> = {
  'sensor_msgs/Image': { camera: '' },
  'sensor_msgs/CompressedImage': { camera: '' },
  'sensor_msgs/NavSatFix': { gps: '' },
  'sensor_msgs/Imu': { yaw_rate: 'angular_velocity.z' },
  'std_msgs/Bool': { switch: 'data' },
  'geometry_msgs/Twist': { speed: 'linear', yaw_rate: 'angular.z' },
  'geometry_msgs/TwistStamped': { speed: 'twist.linear', yaw_rate: 'twist.angular.z' },
  'geometry_msgs/TwistWithCovarianceStamped': {
    speed: 'twist.twist.linear',
    yaw_rate: 'twist.twist.angular.z',
  },
  'nav_msgs/Odometry': { speed: 'twist.twist.linear', yaw_rate: 'twist.twist.angular.z' },
  'ackermann_msgs/AckermannDrive': { speed: 'speed', steering: 'steering_angle' },
  'ackermann_msgs/AckermannDriveStamped': { speed: 'drive.speed', steering: 'drive.steering_angle' },
  'autoware_vehicle_msgs/VelocityReport': { speed: 'longitudinal_velocity', yaw_rate: 'heading_rate' },
  'autoware_vehicle_msgs/SteeringReport': { steering: 'steering_tire_angle' },
  'autoware_auto_vehicle_msgs/VelocityReport': { speed: 'longitudinal_velocity', yaw_rate: 'heading_rate' },
  'autoware_auto_vehicle_msgs/SteeringReport': { steering: 'steering_tire_angle' },
  'dbw_mkz_msgs/SteeringReport': { steering: 'steering_wheel_angle', speed: 'speed', switch: 'enabled' },
  'dbw_fca_msgs/SteeringReport': { steering: 'steering_wheel_angle', speed: 'speed', switch: 'enabled' },
};

const NUMBER = /^std_msgs\/(U?Int(8|16|32|64)|Float(32|64))$/;

/** How the topics of each quantity are usually called. */
const NAMES: readonly (readonly [Role, RegExp])[] = [
  ['switch', /auto|engage|enable|mode/i],
  ['yaw_rate', /yaw_?rate/i],
  ['curvature', /curvature|inverse_r/i],
  ['steering', /steer/i],
  ['speed', /speed|velocity/i],
];

/** Among several topics of one role, these names come first. */
const PREFERRED: Readonly<Partial<Record<Role, RegExp>>> = {
  camera: /front|forward|cent(er|re)/i,
  switch: /auto|engage/i,
};

/** These come last: what they have is of the role's type, but something else. */
const AVOIDED: Readonly<Partial<Record<Role, RegExp>>> = { camera: /depth|disparity/i };

/** The roles that a topic could fill, with the field for each; none where its messages cannot be decoded. */
export function rolesOf(topic: BagTopic): Fields {
  return topic.unreadable === undefined ? intendedRoles(topic) : {};
}

/** As {@link rolesOf}, of a topic that could not be read too. */
export function intendedRoles({ name, type }: BagTopic): Fields {
  const known = BY_TYPE[type];
  if (known !== undefined) return known;
  if (!NUMBER.test(type)) return {};
  const role = NAMES.find(([, pattern]) => pattern.test(name))?.[0];
  return role === undefined ? {} : { [role]: 'data' };
}

/** How well a topic's name fits the role: 1 where it says that it is the one, −1 where it says that it is not. */
export function preference(role: Role, { name }: BagTopic): 1 | 0 | -1 {
  if (AVOIDED[role]?.test(name)) return -1;
  return PREFERRED[role]?.test(name) ? 1 : 0;
}
