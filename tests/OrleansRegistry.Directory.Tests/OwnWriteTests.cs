using FsCheck;
using FsCheck.Fluent;

namespace OrleansRegistry.Directory.Tests;

/// <summary>What a node has written itself is in its directory before the feed comes to it, and the feed takes nothing of it back.</summary>
public sealed class OwnWriteTests
{
    private const string Id = "a";

    private readonly TestDirectory directory = new();

    [Fact]
    public void It_is_found_before_the_feed_comes_to_it_and_what_others_wrote_before_is_no_longer_seen()
    {
        directory.Put(Id, new TestCard("first"));
        TakeIn(4, "mine");
        Assert.Equal(("mine", 1), (Name, directory.Agents.Revision));
        Assert.Equal([Id], directory.Ids(new AgentQuery { Text = "mine" }));
        directory.Feed(2, Id, directory.Record(Id, new TestCard("other"), 2));
        directory.Feed(3, Id, null);
        Assert.Equal(("mine", 3), (Name, directory.Agents.Revision));
        directory.Feed(4, Id, directory.Record(Id, new TestCard("mine"), 4));
        directory.Feed(5, Id, directory.Record(Id, new TestCard("later"), 5));
        Assert.Equal(("later", 5), (Name, directory.Agents.Revision));
    }

    [Fact]
    public void A_removal_is_not_undone_by_what_was_written_before_it()
    {
        directory.Put(Id, new TestCard("first"));
        directory.Agents.TakeOut(TestDirectory.Tenant, Id, 4, history: 0);
        Assert.Null(Name);
        TakeIn(3, "mine, answered late");
        directory.Feed(2, Id, directory.Record(Id, new TestCard("other"), 2));
        Assert.Null(Name);
        TakeIn(5, "again");
        directory.Feed(4, Id, null);
        Assert.Equal("again", Name);
    }

    [Fact]
    public void Nothing_is_taken_in_that_the_feed_has_passed_or_that_is_of_another_history()
    {
        directory.Put(Id, new TestCard("first"));
        directory.Remove(Id);
        TakeIn(1, "first");
        directory.Agents.TakeIn(directory.Record(Id, new TestCard("lost"), 9), card: null, history: 1);
        directory.Put("b", new TestCard("b"));
        directory.Agents.TakeOut(TestDirectory.Tenant, "b", 9, history: 1);
        Assert.Equal(["b"], directory.Ids(new AgentQuery()));
    }

    [Fact]
    public void At_any_moment_each_agent_is_as_the_newest_change_left_it_that_came_either_way() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(
            Gen.Elements(0, 1, 2).SelectMany(id => Gen.Elements(0, 1, 2, 3).SelectMany(turn => Gen.Elements(true, false)
                .SelectMany(there => Gen.Elements(true, false).Select(own => new Step($"id{id}", there, own, turn))))).ArrayOf().ToArbitrary(),
            Holds));

    private string? Name => directory.Agents.Find(TestDirectory.Tenant, Id) is { } found ? AgentCard.Read(found.Card).Name : null;

    private void TakeIn(long revision, string name)
    {
        var record = directory.Record(Id, new TestCard(name), revision);
        directory.Agents.TakeIn(record, AgentCard.Read(record.Card), history: 0);
    }

    private static bool Holds(Step[] steps)
    {
        var directory = new TestDirectory();
        var newest = new Dictionary<string, (long Revision, bool IsThere)>();
        var answered = new List<(long Revision, Step Step)>();
        var unread = new Queue<(long Revision, Step Step)>();
        foreach (var (i, step) in steps.Index())
        {
            unread.Enqueue((i + 1, step));
            answered.AddRange(step.IsOwn ? [(i + 1, step)] : []);
            if (step.Turn == 1 && answered.Count > 0)
            {
                // Answers come in any order: the newest first, here.
                TakeOwn(answered[^1]);
                answered.RemoveAt(answered.Count - 1);
            }
            else if (step.Turn > 1)
            {
                Read(unread.Dequeue());
            }

            Compare();
        }

        answered.ForEach(TakeOwn);
        Compare();
        while (unread.TryDequeue(out var next))
        {
            Read(next);
            Compare();
        }

        return true;

        void TakeOwn((long Revision, Step Step) change)
        {
            var (revision, step) = change;
            if (step.IsThere)
            {
                directory.Agents.TakeIn(directory.Record(step.Id, new TestCard($"{revision}"), revision), card: null, history: 0);
            }
            else
            {
                directory.Agents.TakeOut(TestDirectory.Tenant, step.Id, revision, history: 0);
            }

            See(change);
        }

        void Read((long Revision, Step Step) change)
        {
            var (revision, step) = change;
            directory.Feed(revision, step.Id, step.IsThere ? directory.Record(step.Id, new TestCard($"{revision}"), revision) : null);
            See(change);
        }

        void See((long Revision, Step Step) change)
        {
            if (newest.GetValueOrDefault(change.Step.Id).Revision < change.Revision)
            {
                newest[change.Step.Id] = (change.Revision, change.Step.IsThere);
            }
        }

        void Compare() => Assert.Equal(
            newest.Where(agent => agent.Value.IsThere).Select(agent => (agent.Key, agent.Value.Revision)).Order(),
            directory.Agents.List(TestDirectory.Everybody, new AgentQuery()).Agents.Select(agent => (agent.Id, agent.Revision)));
    }

    /// <param name="IsThere">False: the agent is removed.</param>
    /// <param name="Turn">What happens after it: nothing, an own write is answered, or the feed comes one change further.</param>
    private sealed record Step(string Id, bool IsThere, bool IsOwn, int Turn);
}
