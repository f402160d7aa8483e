/* The compiled part of wattloom.faults: drawing episodes, letting them wait, what they do to rows, and putting the rows
 * together again.  All arithmetic is on integers, so the same bytes come out everywhere.  The structures and the order
 * of formulas are those of faults/compiled.py, where each is explained.
 */
#include <stdint.h>
#include <string.h>

enum { METERS = 3, PARAMETERS = 3, MISSING = INT32_MIN, MOST = INT32_MAX - 1, SHAPE = 1, STRENGTH = 2, READING = 16 };
enum {
    NEGATIVE, MULTIPLIED, LOST, STUCK, DRIFT, NOISE, UNIT, TURNED, SWAP,
    GAP, DUPLICATE, OUT_OF_ORDER, CLOCK, /* of rows */
};

typedef struct {
    int64_t start, end;
    uint64_t word;
    int32_t number, day, waited, strength[PARAMETERS];
    int16_t entry;
    int8_t kind, meters, dropped;
} Episode;

typedef struct { /* a kind in an entry: lengths in multiples of `readings`, targets as bits of meters */
    int64_t least, spread, readings;
    int32_t low[PARAMETERS], many[PARAMETERS], grid; /* `grid`: of the first strength; 0: none */
    int8_t targets[METERS], options, kind;
} Shape;

typedef struct { /* cells of `cell` readings; shapes [first, first + shapes) of the plan's */
    int64_t cell;
    uint64_t chance; /* of an episode in a cell, of 2**53 */
    int32_t first, shapes;
    int16_t number;
    int8_t every, each; /* whether cells start with an episode for sure; the meters that get one each, or 0 */
} Entry;

typedef struct { /* rows in order of time; `step` 0: rows may be absent or repeated */
    const int64_t *time;
    const int32_t *watts; /* [METERS][rows] */
    int64_t rows, step;
} Truth;

typedef struct {
    int64_t row;
    int32_t episode, meter, was, watts;
} Value;

typedef struct {
    int64_t row, time, arrival, was; /* `was`: the true second */
    int32_t episode, copies;
} Move;

typedef struct {
    int64_t first, end, shift;
} Piece;

_Static_assert(sizeof(Episode) == 56 && sizeof(Shape) == 64 && sizeof(Entry) == 32 && sizeof(Value) == 24 &&
               sizeof(Move) == 40, "as in faults/compiled.py");

/* ---- random numbers: SplitMix64 (Steele et al. 2014) ---- */

static const uint64_t ODD = 0x9E3779B97F4A7C15u;

static inline uint64_t mixed(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline uint64_t word_of(uint64_t key, uint64_t number) { return mixed((number + 1) * ODD + key); }
static inline uint64_t again(uint64_t word, uint64_t purpose) { return mixed(word + purpose * ODD); }

/* An integer in [0, limit) from the upper half of a word, or from the lower one. */
static inline int64_t below(uint64_t word, int64_t limit) { return (int64_t)((word >> 32) * (uint64_t)limit >> 32); }
static inline int64_t below_low(uint64_t word, int64_t limit) { return below(word << 32, limit); }

static inline int64_t quotient(int64_t a, int64_t b) { return a / b - (a % b < 0); } /* floored, b > 0 */
static inline int64_t rounded(int64_t a, int64_t b) { return quotient(2 * a + b, 2 * b); }

/* ---- drawing ---- */

static inline void shape(Episode *new, const Shape *shape, int64_t step) {
    int64_t length = shape->least;
    if (shape->spread > 1 || !new->meters) {
        uint64_t word = again(new->word, SHAPE);
        if (!new->meters) new->meters = shape->targets[below_low(word, shape->options)];
        length += below(word, shape->spread);
    }
    new->end = new->start + length * shape->readings * step;
    new->kind = shape->kind;
    new->strength[0] = (int32_t)(shape->low[0] + below_low(new->word, shape->many[0]));
    for (int i = 1; i < PARAMETERS; i++) {
        new->strength[i] = 0;
        if (shape->many[i])
            new->strength[i] =
                (int32_t)(shape->low[i] + below(again(new->word, (uint64_t)(STRENGTH + i)), shape->many[i]));
    }
    if (shape->grid) {
        int64_t steps = rounded(new->strength[0], shape->grid);
        new->strength[0] = (int32_t)((steps ? steps : 1) * shape->grid);
    }
}

static int64_t draw(const Entry *entry, const Shape *shapes, uint64_t when, uint64_t what, int64_t first, int64_t last,
                    int64_t origin, int64_t step, int32_t day, Episode *out) {
    int64_t count = 0, cell = entry->cell;
    for (int64_t at = first / cell; at * cell < last; at++) {
        int64_t slot = at * cell, number = entry->every ? slot : at;
        if (!entry->every) {
            uint64_t word = word_of(when, (uint64_t)at);
            if (word >> 11 >= entry->chance) continue;
            slot += below(again(word, 0), cell);
        }
        if (slot < first || slot >= last) continue;
        for (int meter = entry->each ? 0 : METERS; meter <= METERS; meter++) {
            if (entry->each && !(entry->each >> meter & 1)) continue;
            Episode *new = out + count++;
            new->start = origin + slot * step;
            new->number = (int32_t)(4 * number + meter);
            new->word = word_of(what, (uint64_t)new->number);
            new->day = day, new->waited = 0, new->entry = entry->number, new->dropped = 0;
            new->meters = (int8_t)(meter < METERS ? 1 << meter : 0);
            shape(new, shapes + entry->first + below(new->word, entry->shapes), step);
        }
    }
    return count;
}

/* The episodes of all entries, one after the other; keys: two for each entry. */
int64_t wl_episodes(const Entry *entries, int64_t count, const Shape *shapes, const uint64_t *keys, int64_t first,
                    int64_t last, int64_t origin, int64_t step, int32_t day, Episode *out) {
    int64_t found = 0;
    for (int64_t i = 0; i < count; i++)
        found += draw(entries + i, shapes, keys[2 * i], keys[2 * i + 1], first, last, origin, step, day, out + found);
    return found;
}

int64_t wl_settle(Episode *episodes, int64_t count, int64_t *until, int64_t midnight, int64_t wait) {
    int64_t waited = 0;
    for (Episode *each = episodes; each < episodes + count; each++) {
        int64_t delay = 0;
        for (int meter = 0; meter < METERS; meter++)
            if (each->meters >> meter & 1 && until[meter] - each->start > delay) delay = until[meter] - each->start;
        if (delay && (!wait || each->end + delay > midnight)) {
            each->dropped = 1;
            continue;
        }
        each->waited = (int32_t)delay, each->start += delay, each->end += delay;
        waited += delay > 0;
        for (int meter = 0; meter < METERS; meter++)
            if (each->meters >> meter & 1) until[meter] = each->end;
    }
    return waited;
}

/* ---- what a fault does to a reading or a row that it touches ---- */

static int64_t second_of(const Truth *truth, int64_t row) {
    return truth->step ? truth->time[0] + row * truth->step : truth->time[row];
}

/* The first row at or after a second. */
static int64_t row_of(const Truth *truth, int64_t second) {
    if (truth->step) {
        int64_t ahead = second - truth->time[0];
        int64_t row = ahead <= 0 ? 0 : truth->step == 1 ? ahead : (ahead + truth->step - 1) / truth->step;
        return row < truth->rows ? row : truth->rows;
    }
    int64_t low = 0, high = truth->rows;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (truth->time[middle] < second) low = middle + 1;
        else high = middle;
    }
    return low;
}

static int64_t noisy(const Episode *by, int64_t watts, int64_t second) {
    if (by->strength[0]) return rounded(watts, by->strength[2]) * by->strength[2];
    /* The sum of four 16-bit integers is near normal, with mean 2 * 65535 and deviation 65536 / sqrt(3) = 37837. */
    uint64_t word = again(by->word + (uint64_t)second, READING);
    int64_t bell = -2 * 65535;
    for (int bits = 0; bits < 64; bits += 16) bell += word >> bits & 0xFFFF;
    int64_t shaken = watts + rounded(by->strength[1] * bell, 37837);
    return watts >= 0 && shaken < 0 ? -shaken : shaken;
}

/* What the meter reports instead of `watts`; `held`: what it had before the episode, `other`: what its partner has. */
static int64_t altered(int formula, const Episode *by, int64_t watts, int64_t second, int64_t step, int32_t held,
                       int32_t other) {
    switch (formula) {
    case NEGATIVE: return watts < 0 ? watts : -watts;
    case MULTIPLIED: return rounded(watts * by->strength[0], 1000);
    case STUCK: return held == MISSING ? watts : held;
    case DRIFT:
        return watts + rounded(watts * by->strength[0] * (second - by->start + step), (by->end - by->start) * 1000);
    case NOISE: return noisy(by, watts, second);
    case UNIT: return by->strength[0] ? rounded(watts, 1000) : watts * 1000;
    case TURNED: return -watts;
    case SWAP: return other == MISSING ? watts : other;
    default: return MISSING; /* LOST */
    }
}

static Value *alter(int formula, const Truth *truth, int64_t step, const Episode *by, int32_t episode, int meter,
                    const int32_t *before, Value *out) {
    int64_t first = row_of(truth, by->start), last = row_of(truth, by->end);
    const int32_t *watts = truth->watts + meter * truth->rows;
    int32_t held = MISSING;
    if (formula == STUCK && first < last) {
        int64_t second = by->start - step, row = row_of(truth, second);
        if (second < truth->time[0]) held = before[meter];
        else if (second_of(truth, row) == second) held = watts[row];
    }
    int partner = by->meters & (by->meters - 1) ? (by->meters - (1 << meter)) >> 1 : meter; /* of 1, 2, 4 the place */
    const int32_t *others = truth->watts + partner * truth->rows;
    for (int64_t row = first; row < last; row++, out++) {
        int32_t was = watts[row];
        int64_t now = MISSING;
        if (was != MISSING && formula != LOST) {
            now = altered(formula, by, was, second_of(truth, row), step, held, others[row]);
            now = now > MOST ? MOST : now < -MOST ? -MOST : now;
        }
        *out = (Value){row, episode, meter, was, (int32_t)now};
    }
    return out;
}

static Move *move(int formula, const Truth *truth, int64_t step, const Episode *by, int32_t episode, Move *out) {
    int64_t first = row_of(truth, by->start), last = row_of(truth, by->end);
    for (int64_t row = first; row < last; row++, out++) {
        int64_t second = second_of(truth, row);
        *out = (Move){row, second, second, second, episode, formula == GAP ? 0 : formula == DUPLICATE ? 2 : 1};
        if (formula == CLOCK) out->time += by->strength[0];
        if (formula == OUT_OF_ORDER && (second - by->start) / step % 2 == 0) {
            int64_t next = row_of(truth, second + step);
            if (next < truth->rows && second_of(truth, next) == second + step) out->arrival += step;
        }
    }
    return out;
}

/* touched: how many readings and how many rows episodes touch; then per meter the stuck one, or -1, that had begun
 * before the first row.  What they touch is fetched into the cache meanwhile. */
void wl_touched(const Episode *episodes, int64_t count, const int8_t *formulas, const Truth *truth, int64_t *touched) {
    int64_t values = 0, moves = 0;
    for (int meter = 0; meter < METERS; meter++) touched[2 + meter] = -1;
    for (int64_t i = 0; i < count; i++) {
        const Episode *by = episodes + i;
        if (by->dropped) continue;
        int64_t first = row_of(truth, by->start), rows = row_of(truth, by->end) - first;
        int formula = formulas[by->kind];
        if (formula >= GAP) {
            moves += rows;
            continue;
        }
        values += by->meters & (by->meters - 1) ? 2 * rows : rows;
        __builtin_prefetch(truth->watts + (by->meters >> 1) * truth->rows + first); /* of 1, 2, 4 the place */
        if (formula == STUCK && rows && by->start <= truth->time[0]) touched[2 + (by->meters >> 1)] = i;
    }
    touched[0] = values, touched[1] = moves;
}

void wl_alter(const Episode *episodes, int64_t count, const int8_t *formulas, const Truth *truth, int64_t step,
              const int32_t *before, Value *values, Move *moves) {
    for (int64_t i = 0; i < count; i++) {
        const Episode *by = episodes + i;
        int formula = formulas[by->kind];
        if (by->dropped) continue;
        if (formula >= GAP) {
            moves = move(formula, truth, step, by, (int32_t)i, moves);
        } else {
            for (int meter = 0; meter < METERS; meter++)
                if (by->meters >> meter & 1)
                    values = alter(formula, truth, step, by, (int32_t)i, meter, before, values);
        }
    }
}

/* ---- putting rows together ---- */

typedef struct {
    const int64_t *arrival, *time; /* `time` NULL: as `arrival` */
    const int32_t *watts;
    int64_t rows;
} Rows;

typedef struct {
    int64_t *arrival, *time;
    int32_t *watts;
    int64_t rows, at;
} Arranged;

static void copy(const Rows *from, Arranged *to, int64_t first, int64_t end) {
    size_t count = (size_t)(end - first);
    for (int meter = 0; meter < METERS; meter++)
        memcpy(to->watts + meter * to->rows + to->at, from->watts + meter * from->rows + first,
               count * sizeof(int32_t));
    if (to->arrival) memcpy(to->arrival + to->at, from->arrival + first, count * sizeof(int64_t));
    if (to->time) memcpy(to->time + to->at, (from->time ? from->time : from->arrival) + first, count * sizeof(int64_t));
    to->at += end - first;
}

static void copy_moved(const Rows *from, Arranged *to, const Move *move) {
    copy(from, to, move->row, move->row + 1);
    to->arrival[to->at - 1] = move->arrival;
    if (to->time) to->time[to->at - 1] = move->time;
}

/* The first row that arrives after a second. */
static int64_t row_after(const Rows *rows, int64_t second) {
    int64_t low = 0, high = rows->rows;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (rows->arrival[middle] <= second) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Moves in order of row; pieces: room for 3 * (moves + 1). */
void wl_arrange(const Rows *from, const Move *moves, int64_t count, const Value *values, int64_t altered, Piece *pieces,
                Arranged *to) {
    int64_t lates = 0, next = 0, here = 0;
    Piece *late = pieces, *piece = late + count; /* late: a move, and the row before which it comes */
    for (int64_t i = 0; i < count; i++) {
        if (moves[i].arrival == moves[i].was) continue;
        Piece new = {i, row_after(from, moves[i].arrival), 0};
        int64_t place = lates++;
        for (; place > 0 && late[place - 1].end > new.end; place--) late[place] = late[place - 1];
        late[place] = new;
    }
    for (int64_t i = 0; i <= count; i++) {
        int64_t stop = i < count ? moves[i].row : from->rows;
        while (here < stop || (next < lates && late[next].end <= stop)) {
            int64_t end = next < lates && late[next].end <= stop ? late[next].end : stop;
            if (here < end) {
                *piece++ = (Piece){here, end, to->at - here};
                copy(from, to, here, end);
                here = end;
            }
            if (next < lates && late[next].end <= here) copy_moved(from, to, moves + late[next++].first);
        }
        if (i == count) break;
        here = stop + 1;
        if (moves[i].copies == 1 && moves[i].arrival == moves[i].was) copy_moved(from, to, moves + i);
        for (int again = 0; moves[i].copies == 2 && again < 2; again++) copy(from, to, stop, stop + 1);
    }
    Piece *at = late + count;
    for (const Value *value = values; value < values + altered; value++) {
        while (value->row >= at->end) at++;
        while (value->row < at->first) at--;
        to->watts[value->meter * to->rows + value->row + at->shift] = value->watts;
    }
}
