// Draws eighteen digits as QR and as Code 128 where no server can: one size of one kind each, and so in a few lines.
// What they draw is compared with the server's own pictures, module by module, in the tests.

const SVG = "http://www.w3.org/2000/svg";

// ---- QR: version 1 (21 x 21), level Q, digits only, mask 0 ----

const SIZE = 21;
const DATA = 13; // code words of the digits, and as many to mend them by
const MASK = 0;

// The field of 256 numbers in which code words are mended (x^8 + x^4 + x^3 + x^2 + 1).
const POWER = [1];
for (let at = 1; at < 255; at++) POWER[at] = (POWER[at - 1] << 1) ^ (POWER[at - 1] & 128 ? 0x11d : 0);
const LOG = [];
POWER.forEach((value, at) => (LOG[value] = at));
const times = (one, other) => (one && other ? POWER[(LOG[one] + LOG[other]) % 255] : 0);

function mending(words) {
  let generator = [1];
  for (let root = 0; root < DATA; root++) {
    const next = [...generator, 0];
    generator.forEach((value, at) => (next[at + 1] ^= times(value, POWER[root])));
    generator = next;
  }
  const rest = [...words, ...Array(DATA).fill(0)];
  words.forEach((_, at) => {
    const lead = rest[at];
    generator.forEach((value, place) => (rest[at + place] ^= times(value, lead)));
  });
  return rest.slice(DATA);
}

function wordsOf(digits) {
  const binary = (number, length) => number.toString(2).padStart(length, "0");
  let bits = `0001${binary(digits.length, 10)}`;
  for (let at = 0; at < digits.length; at += 3) bits += binary(Number(digits.slice(at, at + 3)), 10);
  bits += "0000";
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
  const words = bits.match(/.{8}/g).map((word) => parseInt(word, 2));
  for (let pad = 0xec; words.length < DATA; pad ^= 0xec ^ 0x11) words.push(pad);
  return [...words, ...mending(words)];
}

// The level and the mask, with ten bits by which they are mended.
function format() {
  const told = (3 << 3) | MASK;
  let rest = told << 10;
  for (let bit = 14; bit >= 10; bit--) if ((rest >> bit) & 1) rest ^= 0x537 << (bit - 10);
  return ((told << 10) | rest) ^ 0x5412;
}

function frame() {
  const grid = Array.from({ length: SIZE }, () => Array(SIZE).fill(null));
  for (const [top, left] of [[0, 0], [0, SIZE - 7], [SIZE - 7, 0]]) {
    for (let row = -1; row <= 7; row++) {
      for (let column = -1; column <= 7; column++) {
        const ring = Math.max(Math.abs(row - 3), Math.abs(column - 3));
        if (grid[top + row]?.[left + column] === null) grid[top + row][left + column] = ring !== 2 && ring !== 4;
      }
    }
  }
  for (let at = 8; at < SIZE - 8; at++) grid[6][at] = grid[at][6] = at % 2 === 0;
  const told = format();
  for (let bit = 0; bit < 15; bit++) {
    const dark = Boolean((told >> bit) & 1);
    const [row, column] = bit < 8 ? [bit + (bit > 5), 8] : [8, bit === 8 ? 7 : 14 - bit];
    grid[row][column] = dark;
    if (bit < 8) grid[8][SIZE - 1 - bit] = dark;
    else grid[SIZE - 15 + bit][8] = dark;
  }
  grid[SIZE - 8][8] = true;
  return grid;
}

/** The modules of the QR code, row by row; true is dark. */
export function qrModules(digits) {
  const grid = frame();
  const bits = wordsOf(digits).flatMap((word) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => (word >> bit) & 1));
  let up = true;
  let next = 0;
  for (let right = SIZE - 1; right > 0; right -= 2) {
    if (right === 6) right = 5; // The column of the clock belongs to no pair.
    for (let step = 0; step < SIZE; step++) {
      const row = up ? SIZE - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (grid[row][column] !== null) continue;
        grid[row][column] = Boolean(bits[next++] ^ ((row + column) % 2 === 0));
      }
    }
    up = !up;
  }
  return grid;
}

// ---- Code 128, subset C: two digits in a symbol ----

const START_C = 105;
const STOP = 106;
const WIDTHS = (
  "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221223211" +
  "221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321112313132113" +
  "132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131311123311321331121" +
  "312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114122411142112142211241211" +
  "221114413111241112134111111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141" +
  "114113114311411113411311113141114131311141411131211412211214211232"
).match(/.{6}/g);
WIDTHS.push("2331112");

/** The widths of bars and spaces in turn, a bar first. */
export function barWidths(digits) {
  const pairs = digits.match(/../g).map(Number);
  const check = pairs.reduce((sum, value, at) => sum + (at + 1) * value, START_C) % 103;
  return [START_C, ...pairs, check, STOP].flatMap((value) => [...WIDTHS[value]].map(Number));
}

// ---- pictures ----

function picture(width, height, path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-hidden", "true");
  for (const [fill, d] of [["#fff", `M0 0h${width}v${height}H0z`], ["#000", path]]) {
    const drawn = document.createElementNS(SVG, "path");
    drawn.setAttribute("fill", fill);
    drawn.setAttribute("d", d);
    svg.append(drawn);
  }
  return svg;
}

/** The QR code as an SVG element, with its quiet zone of four modules. */
export function qr(digits) {
  const path = qrModules(digits).flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : "")));
  return picture(SIZE + 8, SIZE + 8, path.join(""));
}

/** The Code 128 as an SVG element, with ten modules of white on each side. */
export function bars(digits) {
  let x = 10;
  let path = "";
  barWidths(digits).forEach((width, at) => {
    if (at % 2 === 0) path += `M${x} 0h${width}v44h-${width}z`;
    x += width;
  });
  return picture(x + 10, 44, path);
}
