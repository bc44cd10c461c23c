/** A small grey picture, one byte a pixel, row by row. */
export type GreyPicture = { width: number; height: number; pixels: Uint8Array }

/** Mean brightness below which a picture is black to a viewer (16 is black in video). */
const BLACK_BELOW = 28
/** Detail below which a picture is blurred, blank or covered. */
const SHARP_FROM = 40

/** How much there is to see: mean brightness, and the variance of the Laplacian for sharpness. */
export type PictureQuality = { brightness: number; sharpness: number }

/** Measures a picture. */
export function qualityOf({ width, height, pixels }: GreyPicture): PictureQuality {
  const at = (x: number, y: number) => pixels[y * width + x] ?? 0
  let [sum, squares, count] = [0, 0, 0]
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const edge = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4 * at(x, y)
      sum += edge
      squares += edge * edge
      count++
    }
  const mean = sum / Math.max(1, count)
  return {
    brightness: pixels.reduce((total, pixel) => total + pixel, 0) / Math.max(1, pixels.length),
    sharpness: squares / Math.max(1, count) - mean * mean,
  }
}

/** Good enough to stop looking for a better one. */
export const isTelling = ({ brightness, sharpness }: PictureQuality): boolean =>
  brightness >= BLACK_BELOW && sharpness >= SHARP_FROM

/** Orders pictures: not black before black, then the sharper one. */
export const comparePictures = (a: PictureQuality, b: PictureQuality): number =>
  Number(b.brightness >= BLACK_BELOW) - Number(a.brightness >= BLACK_BELOW) ||
  b.sharpness - a.sharpness
