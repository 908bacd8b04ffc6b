/**
 * The light of a drive: where the sun stands, how sharp the shadows are, how far one sees, and how the camera exposes.
 * The sun's place is part of a scene's shadows and shaded sides; everything else may change from frame to frame.
 */
import type { Stream } from '../../random/stream.ts';
import type { Rgb } from './colour.ts';

export interface Light {
  /** Direction towards the sun, rad, counter-clockwise from the world's x, and its height above the horizon. */
  readonly azimuth: number;
  readonly elevation: number;
  /** How much of the light the sun gives and shadows take: 0 under clouds, about 0.6 in clear air. */
  readonly direct: number;
  /** Colours that fall on what the sun reaches: white at noon, warmer when it stands low. */
  readonly tint: Rgb;
  /** Share of the sky under clouds, 0..1. */
  readonly clouds: number;
  /** Distance at which haze has taken 1 − 1/e of a colour, m. */
  readonly sight: number;
  readonly haze: Rgb;
  /** What the camera multiplies all values by; 1: a grey of 128 stays 128. */
  readonly exposure: number;
  /** Deviation of the sensor's noise at mid grey, in grey levels. */
  readonly noise: number;
}

/** Draws the light of one recording: a clear, a changing or a dull day, at some time between morning and evening. */
export function drawLight(draws: Stream): Light {
  const day = draws.uniform();
  const clear = day < 0.5;
  const dull = day > 0.8;
  const elevation = draws.uniform(0.3, 1.1);
  const warmth = dull ? 0 : Math.max(0, 0.75 - elevation); // 0..0.45 as the sun sinks
  const clouds = clear ? draws.uniform(0, 0.3) : dull ? draws.uniform(0.85, 1) : draws.uniform(0.35, 0.65);
  return {
    azimuth: draws.uniform(0, 2 * Math.PI),
    elevation,
    direct: clear ? draws.uniform(0.5, 0.62) : dull ? draws.uniform(0, 0.06) : draws.uniform(0.25, 0.5),
    tint: [1 + 0.12 * warmth, 1 - 0.04 * warmth, 1 - 0.35 * warmth],
    clouds,
    sight: dull ? draws.uniform(180, 600) : draws.uniform(500, 2500),
    haze: [196 + 20 * warmth, 206, 216 - 40 * warmth],
    exposure: draws.uniform(0.85, 1.2) * (dull ? 0.95 : 1),
    noise: draws.uniform(1, 4),
  };
}
