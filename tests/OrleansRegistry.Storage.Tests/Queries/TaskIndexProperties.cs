using FsCheck;
using FsCheck.Fluent;
using OrleansRegistry.Model;
using static OrleansRegistry.Storage.Tests.Records;
using static OrleansRegistry.Storage.Tests.Tasks;

namespace OrleansRegistry.Storage.Tests.Queries;

/// <summary>Random runs of the in-memory index against plain LINQ. A failure prints the seed to repeat it with (Config.WithReplay).</summary>
public sealed class TaskIndexProperties
{
    private static readonly Gen<TaskFields> Fields =
        from at in Gen.Choose(0, 400)
        from state in Gen.Elements(TaskStates.All.ToArray())
        from context in Gen.Choose(0, 3)
        from owner in Gen.Choose(0, 2)
        from agent in Gen.Choose(0, 3)
        from lease in Gen.Choose(0, 300)
        from deadline in Gen.Choose(0, 300)
        from webhook in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        select Tasks.Fields(at, state, $"c{context}", $"o{owner}", agent == 0 ? null : $"g{agent}", lease < 100 ? lease : null, webhook) with
        {
            Deadline = deadline < 100 ? At(deadline) : null,
        };

    private static readonly Gen<(RecordKey Key, TaskFields? Fields)> Step =
        from key in Gen.Choose(0, 900)
        from fields in Fields
        from removed in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
        select (Key($"t{key % 300}", key < 600 ? "acme" : key < 850 ? "beta" : "gamma"), removed ? null : fields);

    private static readonly Gen<TaskFilter> Filter =
        from tenant in Gen.Elements("acme", "beta", "gamma", null)
        from context in Gen.Elements(null, null, "c0", "c1", "none")
        from states in Gen.Elements<TaskState[]>([], [], [TaskState.Submitted], [TaskState.Working, TaskState.Completed, TaskState.Working])
        from owner in Gen.Elements(null, null, "o0", "o1")
        from agent in Gen.Elements(null, null, "g1", "g2")
        from since in Gen.Choose(0, 400)
        from before in Gen.Choose(0, 800)
        from lease in Gen.Choose(0, 300)
        from webhook in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        from deadline in Gen.Choose(0, 400)
        from oldestFirst in Gen.Elements(true, false)
        select new TaskFilter(tenant)
        {
            ContextId = context, States = states, Owner = owner, AgentId = agent, Since = since < 200 ? At(since) : null,
            Before = before < 400 ? At(before) : null, LeaseBefore = lease < 100 ? At(lease) : null, DeadlineBefore = deadline < 100 ? At(deadline) : null,
            HasWebhook = webhook, OldestFirst = oldestFirst,
        };

    [Fact]
    public void Any_run_of_changes_leaves_what_LINQ_would_find() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(60).WithStartSize(50).WithEndSize(3_000),
        Prop.ForAll(
            (from steps in Step.ListOf() from filters in Filter.ListOf(40) from limit in Gen.Choose(1, 60) select (steps: steps.ToArray(), filters: filters.ToArray(), limit))
            .ToArbitrary(),
            run => Run(run.steps, run.filters, run.limit)));

    [Fact]
    public void Keys_are_in_the_order_of_their_UTF8() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2_000),
        Prop.ForAll(
            Gen.Elements("a", "b", "é", "\0", "漢", "🙂", "\ue000", "\uffff", "𐀀").ListOf().Select(parts => string.Concat(parts)).Two().ToArbitrary(),
            pair =>
            {
                var (left, right) = pair;
                var bytes = System.Text.Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(right));
                Assert.Equal(Math.Sign(bytes), Math.Sign(KeyOrder.Compare(left, right)));
            }));

    private static void Run((RecordKey Key, TaskFields? Fields)[] steps, TaskFilter[] filters, int limit)
    {
        var (index, model, version) = (new TaskIndex(), new Dictionary<RecordKey, TaskFields>(), 0L);
        foreach (var (key, fields) in steps)
        {
            index.Set(key, ++version, fields);
            if (fields is null)
            {
                model.Remove(key);
            }
            else
            {
                model[key] = fields;
            }
        }

        foreach (var filter in filters)
        {
            var expected = Expected(filter, model).ToList();
            var (found, position) = (new List<RecordKey>(), (IndexPosition?)null);
            for (var more = true; more;)
            {
                var page = index.Page(filter, position, limit);
                found.AddRange(page.Select(hit => hit.Key));
                more = page.Count == limit;
                position = more ? page[^1].Position : null;
            }

            Assert.Equal(expected, found);
            Assert.Equal(
                expected.CountBy(key => model[key].State).ToDictionary(count => count.Key, count => (long)count.Value), index.Count(filter));
        }
    }
}
