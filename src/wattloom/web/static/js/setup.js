/** The set-up: what is watched. It lives in the URL, under the names that the API uses. */

import { query } from "./api.js";

const KEYS = ["household", "interval", "start_index", "date", "speed", "faults"];
export const LONGEST = 86_400;
export const FASTEST = 3_600;

/** A set-up as text values, from a URL's query. What is not given is not there. */
export function fromUrl(search) {
  const given = new URLSearchParams(search);
  return Object.fromEntries(KEYS.filter((key) => given.get(key)?.trim()).map((key) => [key, given.get(key).trim()]));
}

/** As the query of a URL or of a request; the order of the keys is always the same. */
export function toQuery(setup) {
  return query(Object.fromEntries(KEYS.map((key) => [key, setup[key]])));
}

/** Whether it is the present that is watched. */
export function isLive(setup) {
  return setup.start_index === undefined && setup.date === undefined;
}

/** What is wrong with it, as field -> sentence; the server looks again. */
export function faultsOf(setup) {
  const wrong = {};
  const whole = (value) => /^[+-]?\d{1,9}$/.test(value);
  const interval = Number(setup.interval);
  if (!setup.household) wrong.household = "Choose a house, or type its name, as A or A/17.";
  if (setup.interval === undefined) wrong.interval = `Give an interval: 1 to ${LONGEST} seconds.`;
  else if (!whole(setup.interval)) wrong.interval = `The interval must be a whole number of seconds, 1 to ${LONGEST}.`;
  else if (interval < 1) wrong.interval = `The interval must be more than 0 seconds: 1 to ${LONGEST}.`;
  else if (interval > LONGEST) wrong.interval = `The interval must be at most ${LONGEST} seconds, which is a day.`;
  if (setup.start_index !== undefined && (!whole(setup.start_index) || Number(setup.start_index) < 0)) {
    wrong.start = "The start must be a time of day such as 18:53:20 (in the URL: start_index, its second of the day).";
  }
  if (setup.speed !== undefined && !(Number(setup.speed) >= 1 && Number(setup.speed) <= FASTEST)) {
    wrong.speed = `The speed must be 1 to ${FASTEST}.`;
  } else if (Number(setup.speed ?? 1) !== 1 && isLive(setup)) {
    wrong.speed = "The present cannot be hurried: choose a time of day to start from first.";
  }
  return wrong;
}

/** The field that a refusal of the server is about. */
export function fieldOf(message) {
  if (/house/i.test(message) && !/speed/i.test(message)) return "household";
  if (/speed/i.test(message)) return "speed";
  if (/faults|plan/i.test(message)) return "faults";
  if (/^interval must|interval/i.test(message)) return "interval";
  if (/start|date/i.test(message)) return "start";
  return "household";
}

/** Second of the day of 18:53 or 18:53:20; null for what is no time. */
export function secondOf(time) {
  const found = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(time);
  if (!found) return null;
  const [hours, minutes, seconds] = [found[1], found[2], found[3] ?? 0].map(Number);
  return hours < 24 && minutes < 60 && seconds < 60 ? hours * 3600 + minutes * 60 + seconds : null;
}

/** The time of day, 18:53:20, of a second of the day. */
export function timeOf(second) {
  const two = (n) => String(Math.floor(n)).padStart(2, "0");
  return `${two((second / 3600) % 24)}:${two((second / 60) % 60)}:${two(second % 60)}`;
}
