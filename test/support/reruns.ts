/**
 * Two numbers of a chapter agree if they differ by at most this share of the larger of 1 and the committed one.
 * The reason: engines' kernels on other processors move features by up to 1e-4 of their size. Features changed at random
 * by 1e-5 changed no digit of chapter 3 at all, by 1e-4 the answer of one head of 120 to one image of 512. Two images
 * are allowed here: 0.39 points, 0.0075 of the 52 % that a head reaches.
 */
export const tolerance = 0.0075;
