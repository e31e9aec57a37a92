// How findings are drawn on the map: a shape by kind, or else by desk, and the desk's hue.
import { session, type Mark } from "./api";
import { down, fraction, rgb, SHAPES, type Drawn, type Shape } from "./points";
import { hue } from "./theme";

const KINDS: Record<string, Shape> = { crossing: "cross", encounter: "twin", ships_in_company: "twin", gap: "gap", port_visit: "square", zone_visit: "square" };
const DESKS: Record<string, Shape> = { space: "diamond", cyber: "triangle", information: "plus" };

export const shapeOf = (kind: string, desk = ""): Shape => KINDS[kind] ?? DESKS[desk] ?? "disc";

export interface Signs extends Drawn { marks: Mark[] }

/** Those that have a place; what goes in part is hollow, which alpha says. */
export function signs(marks: Mark[]): Signs {
  const placed = marks.filter((each) => each.place);
  const n = placed.length, at = new Float32Array(2 * n), colour = new Uint8Array(4 * n), shape = new Uint8Array(n);
  const kinds = session.value?.kinds ?? {};
  const looks = new Map<string, { rgb: [number, number, number]; sign: number }>();
  // By number and not taken apart: ten thousand of them are drawn anew in one frame.
  for (let i = 0; i < n; i++) {
    const each = placed[i]!;
    let look = looks.get(each.kind);
    if (!look) {
      const desk = kinds[each.kind]?.desk ?? "other";
      look = { rgb: rgb(hue(desk)), sign: SHAPES.indexOf(shapeOf(each.kind, desk)) };
      looks.set(each.kind, look);
    }
    const square = (each.square ??= [fraction(each.place![0]), down(each.place![1])]);
    at[2 * i] = square[0]; at[2 * i + 1] = square[1];
    colour[4 * i] = look.rgb[0]; colour[4 * i + 1] = look.rgb[1]; colour[4 * i + 2] = look.rgb[2];
    colour[4 * i + 3] = each.verdict === "partial" ? 128 : 255;
    shape[i] = look.sign;
  }
  return { marks: placed, n, at, time: new Float32Array(n), colour, shape };
}
