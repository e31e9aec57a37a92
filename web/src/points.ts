// Points, and tracks that join them, drawn by the graphics card: uploaded once, and nothing of ours is
// computed in a frame but a matrix handed on. In either projection of the map.
import type { CustomLayerInterface, CustomRenderMethodInput, Map as Chart } from "maplibre-gl";

/** How a kind is drawn, so that no kind is told by its colour alone. */
export const SHAPES = ["disc", "square", "cross", "twin", "gap", "diamond", "triangle", "plus"] as const;
export type Shape = (typeof SHAPES)[number];

const VERTEX = `
in vec2 a_at; in float a_time; in vec4 a_colour; in float a_shape;
uniform vec2 u_window; uniform float u_size, u_shift;
out vec4 v_colour; out float v_shape; out float v_out;
void main() {
  v_colour = a_colour; v_shape = a_shape;
  v_out = a_time < u_window.x || a_time > u_window.y ? 1.0 : 0.0;
  gl_Position = projectTile(vec2(a_at.x + u_shift, a_at.y));
  gl_PointSize = u_size;
}`;
// Signed distances (Quilez) within the square of the point, -1 to 1. A colour of alpha 0.5 is a hollow one.
const FRAGMENT = `#version 300 es
precision highp float;
in vec4 v_colour; in float v_shape; in float v_out;
uniform float u_line, u_size, u_alpha; uniform vec3 u_rim;
out vec4 colour;
float bars(vec2 p) { return min(max(p.x - 0.74, p.y - 0.2), max(p.y - 0.74, p.x - 0.2)); }
float away(vec2 p, float shape) {
  vec2 q = abs(p);
  if (shape < 0.5) return length(p) - 0.64;
  if (shape < 1.5) return max(q.x, q.y) - 0.56;
  if (shape < 2.5) return bars(abs(vec2(p.x + p.y, p.x - p.y)) * 0.7071);
  if (shape < 3.5) return min(length(p - vec2(0.4, 0.0)), length(p + vec2(0.4, 0.0))) - 0.36;
  if (shape < 4.5) return max(abs(length(p) - 0.54) - 0.17, p.x - 0.25);
  if (shape < 5.5) return (q.x + q.y - 0.82) * 0.7071;
  if (shape < 6.5) return max(q.x * 0.866 + p.y * -0.5, p.y) - 0.42;
  return bars(q);
}
void main() {
  if (v_out > 0.0) discard;
  if (u_line > 0.5) { colour = vec4(v_colour.rgb, 1.0) * u_alpha; return; }
  float pixel = 2.0 / u_size;
  if (u_size < 4.5) { colour = vec4(v_colour.rgb, 1.0) * u_alpha; return; }
  float d = away(gl_PointCoord * 2.0 - 1.0, v_shape);
  float rim = max(0.12, pixel);
  if (d > rim) discard;
  bool hollow = v_colour.a < 0.75 && d < -2.0 * pixel;
  vec3 ink = hollow ? u_rim : d > 0.0 ? (v_colour.a < 0.75 ? v_colour.rgb : u_rim) : v_colour.rgb;
  colour = vec4(ink, 1.0) * u_alpha;
}`;

const UNIFORMS = ["u_projection_matrix", "u_projection_fallback_matrix", "u_projection_tile_mercator_coords", "u_projection_clipping_plane",
  "u_projection_transition", "u_window", "u_size", "u_shift", "u_line", "u_alpha", "u_rim"] as const;
type Program = { program: WebGLProgram; at: Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null> };

/** n points: x and y in 0..1 of the world's square (Web Mercator), seconds, RGBA, shape. `strips` are
 * their numbers along each track, BREAK between two. */
export interface Drawn { n: number; at: Float32Array; time: Float32Array; colour: Uint8Array; shape: Uint8Array; strips?: Uint32Array }

/** Made once for all layers of a map and each projection: to make one waits for the graphics card. */
const PROGRAMS = new WeakMap<WebGL2RenderingContext, Map<string, Program>>();

export const BREAK = 0xffff_ffff;
const PLACES: Record<string, number> = { a_at: 0, a_time: 1, a_colour: 2, a_shape: 3 };

export class Points implements CustomLayerInterface {
  readonly type = "custom" as const;
  readonly renderingMode = "2d" as const;
  window: [number, number] = [-Infinity, Infinity];
  rim: [number, number, number] = [0, 0, 0];
  private gl!: WebGL2RenderingContext;
  private map!: Chart;
  private held: WebGLVertexArrayObject | null = null;
  private buffers: WebGLBuffer[] = [];
  private drawn: Drawn | null = null;
  private fresh = false;

  /** `size`: of a point at a zoom, in CSS pixels. */
  constructor(readonly id: string, private readonly size: (zoom: number) => number, private readonly alpha = 1) {}

  onAdd(map: Chart, gl: WebGL2RenderingContext): void {
    this.map = map; this.gl = gl;
    this.held = null; this.fresh = true;
  }

  onRemove(): void {
    for (const each of this.buffers) this.gl.deleteBuffer(each);
    this.buffers = [];
  }

  show(drawn: Drawn): void {
    this.drawn = drawn; this.fresh = true;
    this.map.triggerRepaint();
  }

  /** The number of the point nearest to a place of the map within `pixels` of it; -1 where there is none. */
  near(point: { x: number; y: number }, pixels: number): number {
    const found = this.drawn;
    if (!found) return -1;
    const here = this.map.unproject([point.x, point.y]);
    const x = fraction(here.lng), y = down(here.lat);
    const most = pixels / (512 * 2 ** this.map.getZoom());
    const [from, to] = this.window;
    let best = most * most, which = -1;
    for (let i = 0; i < found.n; i++) {
      const dy = found.at[2 * i + 1]! - y;
      if (dy > most || dy < -most || found.time[i]! < from || found.time[i]! > to) continue;
      let dx = Math.abs(found.at[2 * i]! - x);
      if (dx > 0.5) dx = 1 - dx;
      const far = dx * dx + dy * dy;
      if (far <= best) { best = far; which = i; }
    }
    return which;
  }

  render(gl: WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const drawn = this.drawn;
    if (!drawn?.n) return;
    if (this.fresh) this.upload(gl, drawn);
    const { program, at } = this.prepared(gl, input);
    const { defaultProjectionData: given } = input;
    gl.useProgram(program);
    gl.bindVertexArray(this.held);
    gl.uniformMatrix4fv(at.u_projection_matrix, false, given.mainMatrix as Float32List);
    gl.uniformMatrix4fv(at.u_projection_fallback_matrix, false, given.fallbackMatrix as Float32List);
    gl.uniform4fv(at.u_projection_tile_mercator_coords, given.tileMercatorCoords);
    gl.uniform4fv(at.u_projection_clipping_plane, given.clippingPlane);
    gl.uniform1f(at.u_projection_transition, given.projectionTransition);
    gl.uniform2f(at.u_window, Math.max(this.window[0], -3e38), Math.min(this.window[1], 3e38));
    gl.uniform1f(at.u_size, this.size(this.map.getZoom()) * devicePixelRatio);
    gl.uniform3fv(at.u_rim, this.rim);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    for (const shift of this.worlds(given.projectionTransition)) {
      gl.uniform1f(at.u_shift, shift);
      if (drawn.strips) {
        gl.uniform1f(at.u_line, 1);
        gl.uniform1f(at.u_alpha, this.alpha * 0.5);
        gl.drawElements(gl.LINE_STRIP, drawn.strips.length, gl.UNSIGNED_INT, 0);
      }
      gl.uniform1f(at.u_line, 0);
      gl.uniform1f(at.u_alpha, this.alpha);
      gl.drawArrays(gl.POINTS, 0, drawn.n);
    }
    gl.bindVertexArray(null);
  }

  /** The copies of the world that are seen beside one another. */
  private worlds(globe: number): number[] {
    if (globe > 0) return [0];
    const bounds = this.map.getBounds();
    const first = Math.floor((bounds.getWest() + 180) / 360), last = Math.floor((bounds.getEast() + 180) / 360);
    return Array.from({ length: Math.min(5, last - first + 1) }, (_, i) => first + i);
  }

  private upload(gl: WebGL2RenderingContext, drawn: Drawn): void {
    for (const each of this.buffers) gl.deleteBuffer(each);
    this.buffers = [];
    if (this.held) gl.deleteVertexArray(this.held);
    this.held = gl.createVertexArray();
    gl.bindVertexArray(this.held);
    const put = (place: number, data: BufferSource, size: number, type: number, normalised = false) => {
      const buffer = gl.createBuffer();
      this.buffers.push(buffer);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, size, type, normalised, 0, 0);
    };
    put(PLACES.a_at!, drawn.at as BufferSource, 2, gl.FLOAT);
    put(PLACES.a_time!, drawn.time as BufferSource, 1, gl.FLOAT);
    put(PLACES.a_colour!, drawn.colour as BufferSource, 4, gl.UNSIGNED_BYTE, true);
    put(PLACES.a_shape!, drawn.shape as BufferSource, 1, gl.UNSIGNED_BYTE);
    if (drawn.strips) {
      const buffer = gl.createBuffer();
      this.buffers.push(buffer);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffer);
      gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, drawn.strips as BufferSource, gl.STATIC_DRAW);
    }
    gl.bindVertexArray(null);
    this.fresh = false;
  }

  private prepared(gl: WebGL2RenderingContext, { shaderData }: CustomRenderMethodInput): Program {
    const programs = PROGRAMS.get(gl) ?? new Map<string, Program>();
    PROGRAMS.set(gl, programs);
    const kept = programs.get(shaderData.variantName);
    if (kept) return kept;
    const program = gl.createProgram();
    const part = (type: number, text: string) => {
      const shader = gl.createShader(type)!;
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    };
    part(gl.VERTEX_SHADER, `#version 300 es\n${shaderData.vertexShaderPrelude}\n${shaderData.define}\n${VERTEX}`);
    part(gl.FRAGMENT_SHADER, FRAGMENT);
    for (const [name, place] of Object.entries(PLACES)) gl.bindAttribLocation(program, place, name);
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? "no program");
    const at = Object.fromEntries(UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)])) as Program["at"];
    const made = { program, at };
    programs.set(shaderData.variantName, made);
    return made;
  }
}

/** Degrees as a share of the world's square (Web Mercator, EPSG:3857). */
export const fraction = (lon: number) => ((((lon + 180) / 360) % 1) + 1) % 1;
export const down = (lat: number) => {
  const sine = Math.sin((Math.max(-85.05, Math.min(85.05, lat)) * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
};

export function rgb(hex: string): [number, number, number] {
  const n = parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}
