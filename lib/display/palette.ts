/** Okabe and Ito's colours (2008) for several series in one figure. */
export const palette = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"] as const;

/** Signs that tell the series apart without colour, in the same order. */
export const symbols = ["circle", "square", "diamond", "triangle-up", "x", "cross"] as const;
