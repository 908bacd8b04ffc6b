/** In what units the colours of the ground are reckoned: whole numbers, and all below 2³¹. See ground-row.ts. */

import { TILE_ONE } from '../value-noise.ts';
import { COLOUR_ONE, PER_METRE, SHARE_ONE } from './cross-section.ts';
import { FINE_STEPS } from './strip.ts';

/** A factor of 1. */
export const ONE = 4096;
export const ONE_SHIFT = 12;
/** A sun of 255, weighted by texel shares that add up to 2¹⁴ and shifted by 7; a tone of 128, shifted by 9, is ONE. */
export const FULL_SUN = 255 * 128;
/** A colour of the cross-section times a factor, shifted by this, is a byte. */
export const COLOUR_SHIFT = Math.log2(COLOUR_ONE * ONE);
/** Entries of the cross-section are this many of the strip's fine steps, as a power of two. */
export const ENTRY_SHIFT = Math.log2(FINE_STEPS / PER_METRE);
/** A noise byte times a share, shifted by this, is a factor. */
export const NOISE_SHIFT = Math.log2((SHARE_ONE * TILE_ONE) / ONE);
