using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Directory;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class StableListsInMemory(MemoryRegistry registry) : StableListTests(registry), IClassFixture<MemoryRegistry>
{
    private readonly MemoryRegistry registry = registry;

    [Fact]
    public async Task What_is_beyond_the_keys_that_are_held_follows_by_position()
    {
        const int Count = RecordRules.MaxKeys + 250;
        var me = TestRegistry.NewCaller();
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        foreach (var chunk in Enumerable.Range(0, Count).Chunk(1000))
        {
            var records = chunk.Select(i => new RecordChange(new RecordKey(me.Tenant, $"t{i:00000}"), 1, TaskKind.Write(Head(me, i))));
            await registry.Store.ImportAsync(TaskKind.Kind, [.. records], replace: false);
        }

        var seen = new List<string>();
        var token = (string?)null;
        do
        {
            var page = await registry.Tasks.ListAsync(me, new TaskQuery { Stable = true, PageSize = 100, PageToken = token });
            seen.AddRange(page.Tasks.Select(task => task.Id));
            token = page.NextPageToken;
        }
        while (token is not null);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"t{i:00000}").Reverse(), seen);

        TaskHead Head(Caller caller, int i) => new()
        {
            Tenant = caller.Tenant,
            Id = $"t{i:00000}",
            ContextId = "c",
            Owner = caller.Subject,
            Status = new TaskStatus(TaskState.Submitted, at.AddSeconds(i)),
            Generation = 1,
            CreatedAt = at,
            UpdatedAt = at,
        };
    }
}

public sealed class StableListsOnPostgres(PostgresRegistry registry) : StableListTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;

/// <summary>Lists of which each task that matches all the while is on one page.</summary>
public abstract class StableListTests(TestRegistry registry)
{
    private readonly Caller me = TestRegistry.NewCaller();
    private readonly Random random = new(21);

    private ITaskRegistry Tasks => registry.Tasks;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    [InlineData(100)]
    public async Task Each_task_that_stays_is_on_one_page_while_tasks_change_come_and_go(int pageSize)
    {
        var kept = await SubmitAsync(41, "kept");
        var gone = await SubmitAsync(20, "gone");
        var seen = new List<string>();
        string? token = null;
        do
        {
            var page = await Tasks.ListAsync(me, new TaskQuery { Stable = true, PageSize = pageSize, PageToken = token, View = new TaskView(1) });
            Assert.InRange(page.Tasks.Count, 1, pageSize);
            seen.AddRange(page.Tasks.Select(task => task.Id));
            token = page.NextPageToken;

            // Some of those that were seen and some that were not go to the front; one goes; one comes.
            foreach (var id in random.GetItems([.. kept], 5))
            {
                await Tasks.UpdateAsync(me, id, To(random.Next(2) == 0 ? TaskState.Working : TaskState.InputRequired));
            }

            if (gone.Count > 0)
            {
                await Tasks.DeleteAsync(me, gone[^1]);
                gone.RemoveAt(gone.Count - 1);
            }

            await Tasks.Submit(me);
        }
        while (token is not null);
        Assert.Equal(kept.Order(), seen.Where(kept.Contains).Order());
        Assert.Equal(seen.Distinct().Count(), seen.Count);
    }

    [Fact]
    public async Task A_task_that_changes_while_the_first_page_is_read_is_on_a_later_one()
    {
        var ids = await SubmitAsync(30, "t");
        var lists = 0;
        registry.Store.ListGate = async query =>
        {
            // The first is of the page, the second of what is left.
            if (query.Tenant == me.Tenant && ++lists == 2)
            {
                await Tasks.UpdateAsync(me, ids[0], To(TaskState.Working));
            }
        };
        try
        {
            Assert.Equal(ids.Order(), (await ReadAsync(new TaskQuery { Stable = true, PageSize = 10 })).Order());
            Assert.True(lists >= 2);
        }
        finally
        {
            registry.Store.ListGate = null;
        }
    }

    [Fact]
    public async Task What_no_longer_matches_is_passed_over_and_what_cannot_be_read_is_named()
    {
        var ids = await SubmitAsync(12, "t");
        var query = new TaskQuery { Stable = true, PageSize = 4, States = [TaskState.Submitted] };
        var first = await Tasks.ListAsync(me, query);
        var left = ids.Except(first.Tasks.Select(task => task.Id)).ToList();
        await Tasks.UpdateAsync(me, left[0], To(TaskState.Working));
        await Tasks.DeleteAsync(me, left[1]);
        var spoilt = (await registry.Store.ReadAsync(TaskKind.Kind, new RecordKey(me.Tenant, left[2])))!;
        var body = spoilt.Body with { Document = RawJson.FromValid("""{"history":7}"""u8) };
        await registry.Store.WriteAsync(TaskKind.Kind, spoilt.Key, spoilt.Version, body);

        var (seen, unreadable, token) = (new List<string>(), new List<string>(), first.NextPageToken);
        while (token is not null)
        {
            var page = await Tasks.ListAsync(me, query with { PageToken = token });
            seen.AddRange(page.Tasks.Select(task => task.Id));
            unreadable.AddRange(page.Unreadable);
            token = page.NextPageToken;
        }

        Assert.Equal(left.Skip(3).Order(), seen.Order());
        Assert.Equal([left[2]], unreadable);
        await Tasks.DeleteAsync(me, left[2]);
    }

    [Fact]
    public async Task A_list_that_is_no_longer_held_goes_on_by_position()
    {
        var ids = await SubmitAsync(30, "t");
        var query = new TaskQuery { Stable = true, PageSize = 10 };
        var first = await Tasks.ListAsync(me, query);
        await registry.RestartAsync();
        var rest = await ReadAsync(query with { PageToken = first.NextPageToken });
        Assert.Equal(ids.Order(), first.Tasks.Select(task => task.Id).Concat(rest).Order());
    }

    [Fact]
    public async Task Where_there_is_no_room_to_hold_a_list_it_goes_by_position()
    {
        var ids = await SubmitAsync(30, "t");
        var room = registry.Services.GetRequiredService<HeldListRoom>();
        var owner = $"{me.Tenant}/{me.Subject}";
        Assert.True(room.TryTake(owner, HeldListRoom.MaxSubjectBytes));
        try
        {
            Assert.Equal(ids.Order(), (await ReadAsync(new TaskQuery { Stable = true, PageSize = 10 })).Order());
        }
        finally
        {
            room.Return(owner, HeldListRoom.MaxSubjectBytes);
        }
    }

    [Fact]
    public async Task The_token_of_another_caller_or_query_is_refused_and_has_nothing_of_others()
    {
        var bob = me with { Subject = "bob" };
        await SubmitAsync(20, "alice");
        for (var i = 0; i < 20; i++)
        {
            await Tasks.Submit(bob, $"bob-{i}", $"bob-{i}");
        }

        var query = new TaskQuery { Stable = true, PageSize = 5 };
        var token = (await Tasks.ListAsync(me, query)).NextPageToken!;
        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token));
        Assert.DoesNotContain("bob", text, StringComparison.Ordinal);
        Assert.Contains("alice", text, StringComparison.Ordinal);

        foreach (var (caller, asked) in ((Caller, TaskQuery)[])
        [
            (bob, query), (me with { Tenant = "other" }, query), (me with { SeesAllOwners = true }, query),
            (me, query with { Stable = false }), (me, query with { AgentId = "x" }), (me, query with { States = [TaskState.Working] }),
        ])
        {
            var refusal = await Refused(RegistryError.Invalid, () => Tasks.ListAsync(caller, asked with { PageToken = token }));
            Assert.Equal("page_token", refusal.Field);
        }

        // Made up by bob, who has got hold of the name of alice's list: his own tasks, by position.
        var bobs = (await Tasks.ListAsync(bob, query)).NextPageToken!;
        var binding = Base64Url.DecodeFromChars(bobs)[..4];
        var made = Base64Url.EncodeToString([.. binding, .. Base64Url.DecodeFromChars(token)[4..]]);
        Assert.All((await Tasks.ListAsync(bob, query with { PageToken = made })).Tasks, task => Assert.Equal("bob", task.Owner));
    }

    [Theory]
    [InlineData("x.1/5")]
    [InlineData("x.-1/5/a")]
    [InlineData("x.99999999999/5/a")]
    [InlineData("x./5/a")]
    [InlineData("x.1/y/a")]
    public async Task A_token_that_is_broken_is_refused(string text)
    {
        await SubmitAsync(12, "t");
        var query = new TaskQuery { Stable = true, PageSize = 5 };
        var token = (await Tasks.ListAsync(me, query)).NextPageToken!;
        var broken = Base64Url.EncodeToString([.. Base64Url.DecodeFromChars(token)[..4], .. Encoding.UTF8.GetBytes(text)]);
        var refusal = await Refused(RegistryError.Invalid, () => Tasks.ListAsync(me, query with { PageToken = broken }));
        Assert.Equal("page_token", refusal.Field);
    }

    [Fact]
    public async Task Pages_can_be_read_again()
    {
        await SubmitAsync(20, "t");
        var query = new TaskQuery { Stable = true, PageSize = 5 };
        var second = query with { PageToken = (await Tasks.ListAsync(me, query)).NextPageToken };
        var once = (await Tasks.ListAsync(me, second)).Tasks.Select(task => task.Id).ToList();
        await ReadAsync(second);
        Assert.Equal(once, (await Tasks.ListAsync(me, second)).Tasks.Select(task => task.Id));
    }

    private async Task<List<string>> SubmitAsync(int count, string name)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            ids.Add((await Tasks.Submit(me, $"{name}-{i}", $"{name}-{i:00}")).Task.Id);
        }

        return ids;
    }

    private async Task<List<string>> ReadAsync(TaskQuery query)
    {
        var seen = new List<string>();
        string? token;
        do
        {
            var page = await Tasks.ListAsync(me, query);
            seen.AddRange(page.Tasks.Select(task => task.Id));
            token = page.NextPageToken;
            query = query with { PageToken = token };
        }
        while (token is not null);
        return seen;
    }
}

/// <summary>The memory that held lists may take.</summary>
public sealed class HeldListRoomTests
{
    private readonly HeldListRoom room = new();

    [Fact]
    public void One_subject_cannot_take_all_of_it()
    {
        Assert.True(room.TryTake("alice", HeldListRoom.MaxSubjectBytes - 1));
        Assert.False(room.TryTake("alice", 2));
        Assert.True(room.TryTake("bob", 2));
        room.Return("alice", HeldListRoom.MaxSubjectBytes - 1);
        Assert.True(room.TryTake("alice", HeldListRoom.MaxSubjectBytes));
    }

    [Fact]
    public void All_subjects_together_have_a_bound()
    {
        var subjects = (int)(HeldListRoom.MaxBytes / HeldListRoom.MaxSubjectBytes);
        Assert.All(Enumerable.Range(0, subjects), i => Assert.True(room.TryTake($"s{i}", HeldListRoom.MaxSubjectBytes)));
        Assert.False(room.TryTake("late", 1));
        room.Return("s0", HeldListRoom.MaxSubjectBytes);
        Assert.True(room.TryTake("late", 1));
    }
}
