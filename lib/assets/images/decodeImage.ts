import { FileError, UserError } from "../../core/errors";
import { type DecodedImage, decodeBmp } from "./decodeBmp";

/** 200 MB an image, several at once. */
const mostPixels = 2 ** 26;

/** How the kinds of files that are read begin, whatever their names end in. */
const beginnings = { JPEG: /^\xff\xd8\xff/, PNG: /^\x89PNG/, WebP: /^RIFF.{4}WEBP/s, BMP: /^BM/ };

/**
 * Decodes a JPEG, PNG, WebP or BMP as torchvision loads images, by Pillow's `Image.open(file).convert("RGB")`: grey is
 * repeated, palettes are looked up, alpha is dropped, CMYK converted without a profile; colour profiles and the camera's
 * orientation are not applied; of moving images the first is taken, of 16 bits a channel the upper 8.
 * @param file that the bytes come from, for errors.
 * @throws FileError if they are no such image, broken, or of more than 2²⁶ pixels.
 */
export async function decodeImage(file: string, bytes: Buffer): Promise<DecodedImage> {
  const beginning = bytes.toString("latin1", 0, 12);
  const kind = Object.entries(beginnings).find(([, pattern]) => pattern.test(beginning))?.[0];
  if (!kind) throw new FileError(file, "is no PNG, JPEG, WebP or BMP, whatever its name says: remove or convert it");
  try {
    return kind === "BMP" ? decodeBmp(bytes, mostPixels) : await decodeBySharp(bytes);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const reason = (cause as Error).message.split("\n")[0];
    if (/pixel limit/.test(reason)) throw new FileError(file, `is larger than ${mostPixels} pixels: shrink it`);
    throw new FileError(file, `is a broken ${kind}, ${reason}: replace or remove it`);
  }
}

async function decodeBySharp(bytes: Buffer): Promise<DecodedImage> {
  const sharp = await loadSharp();
  const image = sharp(bytes, { failOn: "error", limitInputPixels: mostPixels, ignoreIcc: true });
  const cmyk = (await image.metadata()).space === "cmyk";
  const converted = cmyk ? image.pipelineColourspace("cmyk").toColourspace("cmyk") : image.toColourspace("srgb");
  const { data, info } = await converted.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  const planes = planesOf(data, info.channels);
  if (cmyk)
    for (let i = 0; i < planes.length; i++) planes[i] = inLight(planes[i], data[4 * (i % (data.length / 4)) + 3]);
  return { width: info.width, height: info.height, planes };
}

/** Loaded when it is needed: where it has no binary for a system, all but this works there. */
async function loadSharp(): Promise<typeof import("sharp").default> {
  try {
    return (await import("sharp")).default;
  } catch {
    throw new UserError(
      "images are decoded by the package sharp, which cannot be loaded: run npm ci, or use CIFAR's layout",
    );
  }
}

/** A colour's byte of its ink's and black's: Pillow's cmyk2rgb (libImaging/Convert.c). */
function inLight(ink: number, black: number): number {
  const product = ink * (255 - black) + 128;
  return 255 - black - (((product >> 8) + product) >> 8);
}

/** Pixels of so many bytes each, of which three are taken, as planes. */
function planesOf(pixels: Uint8Array, channels: number): Uint8Array {
  const size = pixels.length / channels;
  const planes = new Uint8Array(3 * size);
  for (let i = 0; i < size; i++)
    for (let plane = 0; plane < 3; plane++) planes[plane * size + i] = pixels[channels * i + plane];
  return planes;
}
