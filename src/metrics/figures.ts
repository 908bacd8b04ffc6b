/** The figures of a drive: their names in CSV and JSON, and what tables call them. */

export const DRIVE_FIGURES = {
  crashes: 'crashes',
  crashes_per_km: 'crashes per km',
  crashes_per_minute: 'crashes per minute',
  autonomous_distance: 'autonomous distance, m',
  autonomous_time: 'autonomous time, s',
  distance_between_crashes: 'mean distance between crashes, m',
  lateral_acceleration_rms: 'lateral acceleration, RMS, m/s²',
  lateral_acceleration_max: 'lateral acceleration, maximum, m/s²',
  lateral_jerk_rms: 'lateral jerk, RMS, m/s³',
  lateral_jerk_max: 'lateral jerk, maximum, m/s³',
  lateral_offset_mean: 'lateral offset, mean size, m',
  lateral_offset_rms: 'lateral offset, RMS, m',
  lateral_offset_max: 'lateral offset, maximum, m',
  steering_rate_rms: 'steering rate, RMS, rad/s',
  curvature_rate_rms: 'curvature rate, RMS, 1/(m·s)',
} as const;

export type DriveFigure = keyof typeof DRIVE_FIGURES;

/** Of a drive; null where it is not defined. */
export type DriveFigures = Readonly<Record<DriveFigure, number | null>>;

export const DRIVE_FIGURE_NAMES = Object.keys(DRIVE_FIGURES) as readonly DriveFigure[];
