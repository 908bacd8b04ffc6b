/**
 * The colours of all plots: the palette of Okabe and Ito (Color Universal Design, 2008), whose colours people with any of the
 * common colour vision deficiencies can tell apart. In the order in which series take them; yellow, which is faint on
 * white, comes last.
 */
export const OKABE_ITO = [
  '#0072b2', // blue
  '#d55e00', // vermilion
  '#009e73', // bluish green
  '#cc79a7', // reddish purple
  '#e69f00', // orange
  '#56b4e9', // sky blue
  '#000000', // black
  '#f0e442', // yellow
] as const;

export const [BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK, YELLOW] = OKABE_ITO;

/** Text and axes. */
export const INK = '#222222';
/** What is there for comparison only, such as a constant's loss. */
export const GREY = '#767676';
