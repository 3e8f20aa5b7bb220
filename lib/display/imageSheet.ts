import type { LabelledImages } from "../assets/images/cifar10";
import type { Figure } from "./figure";
import { encodePng } from "./static/png";
import { frame } from "./style";

const side = 32;
const perClass = 2;
/** Pixels of the picture for one of the image's: both the page and the file then show hard-edged squares. */
const zoom = 4;
/** Width of a tile with its gap, in pixels of the picture. */
const tile = side * zoom + 2;

interface Picture {
  width: number;
  height: number;
  rgb: Uint8Array;
}

/** The first images of every class, a column a class. */
function sheetPicture(images: LabelledImages, classes: number): Picture {
  const [width, height] = [classes * tile, perClass * tile];
  const picture = { width, height, rgb: new Uint8Array(3 * width * height).fill(255) };
  const placed = new Array<number>(classes).fill(0);
  for (let n = 0; n < images.count; n++) {
    const label = images.labels[n];
    if (placed[label] < perClass) drawImage(picture, images, n, label * tile, placed[label]++ * tile);
  }
  return picture;
}

function drawImage({ width, rgb }: Picture, images: LabelledImages, n: number, left: number, top: number): void {
  const plane = side * side;
  for (let y = 0; y < side * zoom; y++) {
    for (let x = 0; x < side * zoom; x++) {
      const source = n * 3 * plane + Math.floor(y / zoom) * side + Math.floor(x / zoom);
      const target = 3 * ((top + y) * width + left + x);
      for (let c = 0; c < 3; c++) rgb[target + c] = images.pixels[source + c * plane];
    }
  }
}

/** Two images of each class, the first in file order. */
export function imageSheet(number: string, images: LabelledImages, classNames: string[], source: string): Figure {
  const { width, height, rgb } = sheetPicture(images, classNames.length);
  const title = { english: "Images of the ten classes", persian: "نمونه‌هایی از ده کلاس" };
  const layout = frame({ number, title, source, xTitle: "", yTitle: "" });
  const margin = { ...layout.margin, l: 55, r: 55 };
  const picture = `data:image/png;base64,${encodePng(width, height, rgb).toString("base64")}`;
  return {
    number,
    title,
    source,
    description: `${perClass} images of each of ${classNames.join(", ")}.`,
    data: [{ type: "scatter", mode: "markers", x: [0], y: [0], opacity: 0, hoverinfo: "skip" }],
    layout: {
      ...layout,
      margin,
      // Equal units on both axes keep pixels square; the margin keeps the file small.
      xaxis: {
        range: [-0.12 * width, 1.12 * width],
        tickvals: classNames.map((_, label) => (label + 0.5) * tile),
        ticktext: classNames,
        tickangle: 0,
        tickfont: { size: 10 },
        showgrid: false,
        showline: false,
        ticks: "",
        zeroline: false,
      },
      yaxis: { range: [height, 0], scaleanchor: "x", constrain: "domain", visible: false },
      images: [{ source: picture, xref: "x", yref: "y", x: 0, y: 0, sizex: width, sizey: height, sizing: "stretch" }],
    },
  };
}
