/* The compiled heart of Wattloom: keyed uniforms, circular tables, and rendering of loads to seconds.
 *
 * Integers only wherever a second's value is decided, so that the same bytes come out of every processor and compiler.
 * Power is counted in sixteenths of a watt ("ticks"), deviations in 1/8192.  Loaded with ctypes by kernel.py.
 */
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define SIMD_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define SIMD_CLONES
#endif

enum {
    METERS = 3,      /* AC, Geyser, the rest */
    RESPONSES = 3,   /* resistive, motor, electronic */
    CHANNELS = METERS * RESPONSES,
    BLOCK = 240,     /* seconds rendered at once: all its arrays stay in the first-level cache */
    MARGIN = BLOCK,  /* tables repeat their head by this much, so that a block never wraps */
    TICKS = 16,
    LOAD_FIELDS = 5, /* channel, start ms, end ms, ticks at start, ticks at end */
};

/* ---- randomness keyed by name: the i-th number of a key is a hash of both (Steele et al. 2014, SplitMix64) ---- */

static inline uint64_t mix(uint64_t z) {
    z += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline uint64_t hash(uint64_t key, uint64_t i) { return mix(key ^ mix(i)); }

/* The i-th number of a key, in (0, 1). */
static inline double unit(uint64_t key, uint64_t i) { return ((double)(hash(key, i) >> 12) + 0.5) * 0x1p-52; }

/* n numbers in (0, 1): the start-th to the (start + n - 1)-th of the key. */
void wl_uniforms(uint64_t key, int64_t start, int64_t n, double *out) {
    for (int64_t i = 0; i < n; i++)
        out[i] = unit(key, (uint64_t)(start + i));
}

/* Twelve uniforms less six: nearly normal, with only + and -, so the same everywhere. */
static inline double normal(uint64_t key, uint64_t i) {
    double sum = -6;
    for (uint64_t j = 0; j < 12; j++) sum += (double)(hash(key, i * 12 + j) >> 12) * 0x1p-52;
    return sum;
}

void wl_normals(uint64_t key, int64_t start, int64_t n, double *out) {
    for (int64_t i = 0; i < n; i++) out[i] = normal(key, (uint64_t)(start + i));
}

/* n integers in [0, range): the start-th and those after it. */
void wl_integers(uint64_t key, int64_t start, int64_t n, uint32_t range, int32_t *out) {
    for (int64_t i = 0; i < n; i++)
        out[i] = (int32_t)(((hash(key, (uint64_t)(start + i)) >> 32) * range) >> 32);
}

/* A circular first-order autoregression of unit variance, times `scale`; its head is repeated after its end. */
void wl_circle(uint64_t key, double memory, double innovation, double scale, int64_t length, int32_t *out) {
    double state = 0;
    for (int64_t i = -length; i < length; i++) {
        uint64_t at = (uint64_t)(i < 0 ? i + length : i);
        state = memory * state + innovation * normal(key, at);
        if (i >= 0) {
            double value = state * scale;
            out[i] = (int32_t)(value < 0 ? value - 0.5 : value + 0.5);
        }
    }
    memcpy(out + length, out, MARGIN * sizeof *out);
}

/* ---- loads that move by themselves, expanded to pulses: rows of LOAD_FIELDS, at most `room`; returns how many ---- */

static int64_t pulse(int64_t *row, int64_t channel, int64_t start, int64_t end, int64_t ticks) {
    row[0] = channel, row[1] = start, row[2] = end, row[3] = row[4] = ticks;
    return 1;
}

/* Levels between `ticks` less `swing` and `ticks`, never less than `least` of the swing below; each held for a time
 * whose median is `hold` ms, log-logistic of shape 2 (heavy-tailed, and needs no more than a square root). */
int64_t wl_wander(uint64_t key, int64_t channel, int64_t start, int64_t end, int64_t ticks, double swing, double least,
                  double hold, int64_t *rows, int64_t room) {
    int64_t count = 0;
    for (uint64_t i = 0; start < end && count < room; i += 2) {
        double u = unit(key, i), low = unit(key, i + 1);
        int64_t until = start + 1000 + (int64_t)(hold * __builtin_sqrt(u / (1 - u)));
        if (until > end || count == room - 1) until = end;
        count += pulse(rows + count * LOAD_FIELDS, channel, start, until, ticks - (int64_t)(swing * (low > least ? low : least)));
        start = until;
    }
    return count;
}

/* On and off in turn, first on, about `on` and `off` ms each, give or take a share `jitter`. */
int64_t wl_cycle(uint64_t key, int64_t channel, int64_t start, int64_t end, int64_t ticks, double on, double off,
                 double jitter, int64_t *rows, int64_t room) {
    int64_t count = 0;
    for (uint64_t i = 0; start < end && count < room; i += 2) {
        int64_t until = start + 1 + (int64_t)(on * (1 + jitter * (2 * unit(key, i) - 1)));
        if (until > end) until = end;
        count += pulse(rows + count * LOAD_FIELDS, channel, start, until, ticks);
        start = until + 1 + (int64_t)(off * (1 + jitter * (2 * unit(key, i + 1) - 1)));
    }
    return count;
}

/* ---- rendering ---- */

typedef struct {
    int32_t *change;  /* [CHANNELS][seconds + 2] differences of the level, ticks */
    uint8_t *touched; /* [CHANNELS][blocks] whether a block holds any difference */
    int64_t seconds, blocks;
} Canvas;

static void add(Canvas *canvas, int64_t channel, int64_t second, int32_t ticks) {
    canvas->change[channel * (canvas->seconds + 2) + second] += ticks;
    canvas->touched[channel * canvas->blocks + second / BLOCK] = 1;
}

/* The level rises by `ticks` at a millisecond: the second it falls into gets its share, the rest follows in the next. */
static void edge(Canvas *canvas, int64_t channel, int64_t ms, int32_t ticks) {
    int64_t second = ms / 1000;
    int32_t share = (int32_t)(ticks * (1000 - ms % 1000) / 1000);
    add(canvas, channel, second, share);
    if (ticks != share) add(canvas, channel, second + 1, ticks - share);
}

/* A level that goes evenly `from` one `to` another: each second gets the mean of what it covers. */
static void ramp(Canvas *canvas, int64_t channel, int64_t start, int64_t end, int64_t from, int64_t to) {
    int64_t slope = (to - from) * (INT64_C(1) << 32) / (end - start); /* per ms, 32 binary digits after the point */
    int64_t first = start / 1000, last = (end - 1) / 1000;
    int32_t before = 0;
    int32_t *change = canvas->change + channel * (canvas->seconds + 2);
    for (int64_t second = first; second <= last; second++) {
        int64_t low = second == first ? start : second * 1000, high = second == last ? end : second * 1000 + 1000;
        int64_t level = from + ((slope * (low + high - 2 * start)) >> 33);
        int32_t mean = (int32_t)(high - low == 1000 ? level : level * (high - low) / 1000);
        change[second] += mean - before;
        before = mean;
    }
    change[last + 1] -= before;
    for (int64_t block = first / BLOCK; block <= (last + 1) / BLOCK; block++)
        canvas->touched[channel * canvas->blocks + block] = 1;
}

static void draw(Canvas *canvas, const int64_t *load) {
    int64_t channel = load[0], start = load[1], end = load[2], from = load[3], to = load[4];
    int64_t limit = canvas->seconds * 1000;
    int64_t low = start < 0 ? 0 : start, high = end > limit ? limit : end;
    if (low >= high || channel < 0 || channel >= CHANNELS) return;
    if (from == to) {
        edge(canvas, channel, low, (int32_t)from);
        edge(canvas, channel, high, (int32_t)-from);
        return;
    }
    ramp(canvas, channel, low, high, from + (to - from) * (low - start) / (end - start),
         to - (to - from) * (end - high) / (end - start));
}

/* Tables of the slow and fast mains and of the shimmer: see mains.py, which makes them. */
typedef struct {
    const int32_t *slow_a, *slow_b;   /* per minute */
    const int32_t *quick_a, *quick_b; /* per second */
    int64_t slow_a_length, slow_b_length, quick_a_length, quick_b_length;
} Tables;

static inline int64_t wrap(int64_t i, int64_t length) {
    int64_t rest = i % length;
    return rest < 0 ? rest + length : rest;
}

/* Relative deviation of the voltage, 1/8192, for each second of a block that starts at second t. */
SIMD_CLONES
static void voltage(const Tables *tables, int64_t t, int64_t n, int64_t offset, int32_t *out) {
    const int32_t *quick = tables->quick_a + wrap(t + offset * 7, tables->quick_a_length);
    for (int64_t i = 0; i < n;) {
        int64_t minute = (t + i) / 60 + offset, within = (t + i) % 60;
        const int32_t *a = tables->slow_a + wrap(minute, tables->slow_a_length);
        const int32_t *b = tables->slow_b + wrap(minute, tables->slow_b_length);
        int32_t from = a[0] + b[0], step = a[1] + b[1] - from;
        for (; within < 60 && i < n; within++, i++) /* tables hold 16ths of 1/8192 */
            out[i] = ((from * 60 + step * (int32_t)within) / 60 + (quick[i] >> 5)) >> 4;
    }
}

/* One channel of a block: sums its differences (and wipes them), lets the level wobble, adds it to the meter. */
SIMD_CLONES
static void render_channel(int32_t *change, int touched, int32_t *level, int64_t n, const int32_t *deviation,
                           int32_t *sum) {
    int32_t running = *level;
    if (!touched) {
        for (int64_t i = 0; i < n; i++) sum[i] += running + ((running * deviation[i]) >> 13);
        return;
    }
    int32_t levels[BLOCK];
    for (int64_t i = 0; i < n; i++) levels[i] = running += change[i];
    for (int64_t i = 0; i < n; i++) sum[i] += levels[i] + ((levels[i] * deviation[i]) >> 13);
    memset(change, 0, (size_t)n * sizeof *change);
    *level = running;
}

SIMD_CLONES
static void shimmer(const int32_t *a, const int32_t *b, const int32_t *volts, int32_t gain, int32_t amplitude, int64_t n,
                    int32_t *out) {
    for (int64_t i = 0; i < n; i++) out[i] = ((gain * volts[i]) >> 2) + (((a[i] + b[i]) * amplitude) >> 12);
}

SIMD_CLONES
static void finish(const int32_t sums[METERS][BLOCK], int64_t n, int32_t *ac, int32_t *geyser, int32_t *overall) {
    for (int64_t i = 0; i < n; i++) {
        int32_t rest = (sums[2][i] + TICKS / 2) >> 4;
        ac[i] = (sums[0][i] + TICKS / 2) >> 4;
        geyser[i] = (sums[1][i] + TICKS / 2) >> 4;
        overall[i] = ac[i] + geyser[i] + (rest > 0 ? rest : 1);
    }
}

/* Renders `loads` (count x LOAD_FIELDS, times in ms since `start`) to `seconds` seconds of watts, out[3][seconds].
 * gains[c]: quarters of the voltage's deviation that channel c follows; amplitudes[c]: its shimmer, 1/8192 at one sd.
 * work: int32 of CHANNELS * (seconds + 2) then bytes of CHANNELS * ((seconds + 2) / BLOCK + 1), all zero; left all zero. */
void wl_render(const int64_t *loads, int64_t count, int64_t start, int64_t seconds, const Tables *tables,
               int64_t neighbourhood, int64_t home, const int32_t *gains, const int32_t *amplitudes, int32_t *work,
               int32_t *out) {
    int64_t blocks = (seconds + 2) / BLOCK + 1;
    Canvas canvas = {work, (uint8_t *)(work + CHANNELS * (seconds + 2)), seconds, blocks};
    for (int64_t i = 0; i < count; i++) draw(&canvas, loads + i * LOAD_FIELDS);

    int32_t levels[CHANNELS] = {0}, volts[BLOCK], deviation[BLOCK], sums[METERS][BLOCK];
    for (int64_t block = 0, at = 0; at < seconds; block++, at += BLOCK) {
        int64_t n = seconds - at < BLOCK ? seconds - at : BLOCK;
        voltage(tables, start + at, n, neighbourhood, volts);
        memset(sums, 0, sizeof sums);
        for (int64_t c = 0; c < CHANNELS; c++) {
            int touched = canvas.touched[c * blocks + block];
            if (!touched && levels[c] == 0) continue;
            const int32_t *a = tables->quick_a + wrap(start + at + home + c * 1709, tables->quick_a_length);
            const int32_t *b = tables->quick_b + wrap(start + at + home + c * 1709, tables->quick_b_length);
            shimmer(a, b, volts, gains[c], amplitudes[c], n, deviation);
            render_channel(canvas.change + c * (seconds + 2) + at, touched, &levels[c], n, deviation,
                           sums[c / RESPONSES]);
        }
        finish((const int32_t(*)[BLOCK])sums, n, out + at, out + seconds + at, out + 2 * seconds + at);
    }
    for (int64_t c = 0; c < CHANNELS; c++) /* differences at and after the end belong to nobody */
        memset(canvas.change + c * (seconds + 2) + seconds, 0, 2 * sizeof *work);
    memset(canvas.touched, 0, (size_t)(CHANNELS * blocks));
}
