#include "colony.h"

// Queries that are evaluated every frame are created once, by the module.
typedef struct JobQueries {
    ecs_query_t *open;   // jobs without a settler
    ecs_query_t *idle;   // settlers without a job that are able to work
} JobQueries;

static JobQueries queries;

// Comparison for order_by: high priority first, older (lower id) jobs first
// among equals.
static int by_priority(ecs_entity_t e1, const void *p1, ecs_entity_t e2, const void *p2) {
    const JobSite *a = p1, *b = p2;
    if (a->priority != b->priority) {
        return (a->priority < b->priority) - (a->priority > b->priority);
    }
    return (e1 > e2) - (e1 < e2);
}

// Maps a job kind to the constant that represents it in (Skilled, constant).
static ecs_entity_t kind_constant(const ecs_world_t *world, JobKind kind) {
    static const char *names[] = { "JobHaul", "JobBuild", "JobCook", "JobMine" };
    return ecs_lookup_child(world, ecs_id(JobKind), names[kind]);
}

// Posts a job at a place. Nobody works on it until the assignment system picks
// somebody, which happens on the next frame at the earliest.
ecs_entity_t colony_job_new(ecs_world_t *world, ecs_entity_t place,
    JobKind kind, float work, int32_t priority)
{
    ecs_entity_t job = ecs_new_w_pair(world, LocatedIn, place);
    ecs_set(world, job, JobSite, {
        .kind = kind, .work_left = work, .priority = priority
    });
    return job;
}

// Returns the number of jobs that still wait for a settler.
int32_t colony_open_jobs(const ecs_world_t *world) {
    int32_t count = 0;
    ecs_iter_t it = ecs_query_iter(world, queries.open);
    while (ecs_query_next(&it)) {
        for (int32_t i = 0; i < it.count; i ++) {
            count += ecs_count_id(world, ecs_pair(AssignedTo, it.entities[i])) == 0;
        }
    }
    return count;
}

// Rates how well a settler fits a job: 2 for the matching skill, 1 for being in
// the same place already and up to 1 more for good mood. Negative means unfit.
static float suitability(const ecs_world_t *world, ecs_entity_t settler,
    ecs_entity_t job, const JobSite *site)
{
    const Needs *needs = ecs_get(world, settler, Needs);
    if (!needs || needs->rest < 0.15f) {
        return -1.0f;
    }

    float score = needs->mood;
    if (ecs_has_pair(world, settler, Skilled, kind_constant(world, site->kind))) {
        score += 2.0f;
    }
    ecs_entity_t place = ecs_get_target(world, job, LocatedIn, 0);
    if (place && ecs_has_pair(world, settler, LocatedIn, place)) {
        score += 1.0f;
    }
    return score;
}

// Picks the best idle settler for a job. The taken array holds settlers that got
// a job earlier in this frame: assignments are deferred, so they still look idle
// to the query. Returns 0 when nobody fits.
static ecs_entity_t best_settler(const ecs_world_t *world, ecs_entity_t job,
    const JobSite *site, const ecs_entity_t *taken, int32_t taken_count)
{
    ecs_entity_t best = 0;
    float best_score = 0.0f;

    ecs_iter_t it = ecs_query_iter(world, queries.idle);
    while (ecs_query_next(&it)) {
        for (int32_t i = 0; i < it.count; i ++) {
            ecs_entity_t settler = it.entities[i];
            bool busy = false;
            for (int32_t t = 0; t < taken_count && !busy; t ++) {
                busy = taken[t] == settler;
            }
            float score = busy ? -1.0f : suitability(world, settler, job, site);
            if (score > best_score) {
                best_score = score;
                best = settler;
            }
        }
    }
    return best;
}

// Run callback: walks open jobs from most to least urgent and hands out at most
// 32 of them per frame.
static void AssignJobs(ecs_iter_t *it) {
    ecs_entity_t taken[32];
    int32_t taken_count = 0;

    ecs_iter_t jobs = ecs_query_iter(it->world, queries.open);
    while (ecs_query_next(&jobs)) {
        const JobSite *site = ecs_field(&jobs, JobSite, 0);
        for (int32_t i = 0; i < jobs.count && taken_count < 32; i ++) {
            ecs_entity_t job = jobs.entities[i];
            if (ecs_count_id(it->world, ecs_pair(AssignedTo, job)) > 0) {
                continue;
            }
            ecs_entity_t settler = best_settler(
                it->world, job, &site[i], taken, taken_count);
            if (settler) {
                ecs_add_pair(it->world, settler, AssignedTo, job);
                taken[taken_count ++] = settler;
            }
        }
    }
}

// Advances the job each settler works on. Hungry or tired people are slower, the
// right skill doubles the pace. $job is the target of the AssignedTo pair, the
// second field is the site found on it.
static void WorkOnJobs(ecs_iter_t *it) {
    const Worker *worker = ecs_field(it, Worker, 0);
    JobSite *site = ecs_field(it, JobSite, 1);
    const Needs *needs = ecs_field(it, Needs, 2);
    ecs_entity_t skill = kind_constant(it->world, site->kind);

    for (int32_t i = 0; i < it->count; i ++) {
        float pace = worker[i].speed * (0.25f + 0.75f * needs[i].rest);
        if (ecs_has_pair(it->world, it->entities[i], Skilled, skill)) {
            pace *= 2.0f;
        }
        site->work_left -= pace * it->delta_time;
    }
}

// Deletes finished jobs. AssignedTo has the (OnDeleteTarget, Remove) policy, so
// the settlers are idle again without further ado.
static void FinishJobs(ecs_iter_t *it) {
    const JobSite *site = ecs_field(it, JobSite, 0);
    for (int32_t i = 0; i < it->count; i ++) {
        if (site[i].work_left <= 0.0f) {
            ecs_delete(it->world, it->entities[i]);
        }
    }
}

// Module "colony.jobs": matches settlers with jobs and lets them work.
void ColonyJobsImport(ecs_world_t *world) {
    ECS_MODULE(world, ColonyJobs);
    ECS_IMPORT(world, Colony);

    queries.open = ecs_query(world, {
        .entity = ecs_entity(world, { .name = "OpenJobs" }),
        .terms = {{ .id = ecs_id(JobSite), .inout = EcsIn }},
        .order_by = ecs_id(JobSite),
        .order_by_callback = by_priority
    });
    queries.idle = ecs_query(world, {
        .entity = ecs_entity(world, { .name = "IdleSettlers" }),
        .terms = {
            { .id = Settler },
            { .id = Asleep, .oper = EcsNot },
            { .id = ecs_pair(AssignedTo, EcsWildcard), .oper = EcsNot }
        },
        .cache_kind = EcsQueryCacheAuto
    });

    ecs_system(world, {
        .entity = ecs_entity(world, {
            .name = "AssignJobs",
            .add = ecs_ids( ecs_dependson(EcsPreUpdate) )
        }),
        .run = AssignJobs
    });
    ECS_SYSTEM(world, WorkOnJobs, EcsOnUpdate,
        [in] Worker, [inout] JobSite($job), [in] Needs, (AssignedTo, $job));
    ECS_SYSTEM(world, FinishJobs, EcsPostUpdate, [in] JobSite);
}
