using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class AllOwnersInMemory(MemoryRegistry registry) : AllOwnersTests(registry), IClassFixture<MemoryRegistry>;

public sealed class AllOwnersOnPostgres(PostgresRegistry registry) : AllOwnersTests(registry.OrSkip()), IClassFixture<PostgresRegistry>;

public abstract class AllOwnersTests(TestRegistry registry)
{
    private readonly Caller me = TestRegistry.NewCaller();

    [Fact]
    public async Task Lists_and_counts_have_the_tasks_and_contexts_of_all_owners_but_none_that_is_being_deleted()
    {
        var all = me with { Subject = "auditor", SeesAllOwners = true };
        for (var i = 0; i < 25; i++)
        {
            await registry.Tasks.Submit(me with { Subject = $"s{i % 3}" }, $"m{i}", $"t{i}", $"c{i}");
        }

        await registry.Tasks.ClearAllAsync(me with { Subject = "s2" });
        registry.Store.BeforeWrite = (kind, key) =>
        {
            if (kind == FeedbackKind.Kind || (kind == TaskKind.Kind && key.Id == "t1" && ++writes > 1))
            {
                throw new RegistryException(RegistryError.Unavailable, "The deletion stops in the middle.");
            }
        };
        await Assert.ThrowsAnyAsync<Exception>(() => registry.Tasks.DeleteAsync(me with { Subject = "s1" }, "t1"));
        registry.Store.BeforeWrite = null;

        var (tasks, contexts, token) = (new List<string>(), new List<string>(), (string?)null);
        do
        {
            var page = await registry.Tasks.ListAsync(all, new TaskQuery { PageSize = 4, PageToken = token, CountTotal = true });
            Assert.Equal(16, page.Total);
            tasks.AddRange(page.Tasks.Select(task => task.Id));
            token = page.NextPageToken;
        }
        while (token is not null);
        do
        {
            var page = await registry.Contexts.ListAsync(all, 4, token);
            Assert.All(page.Contexts, context => Assert.Equal(context.Context.Id == "c1" ? 0 : 1, context.TaskCount));
            contexts.AddRange(page.Contexts.Select(context => context.Context.Id));
            token = page.NextPageToken;
        }
        while (token is not null);
        var expected = Enumerable.Range(0, 25).Where(i => i % 3 != 2).ToArray();
        Assert.Equal(expected.Where(i => i != 1).Select(i => $"t{i}").Order(), tasks.Order());
        Assert.Equal(expected.Select(i => $"c{i}").Order(), contexts.Order());
        Assert.Equal(16, (await registry.Tasks.CountAsync(all)).Values.Sum());
        Assert.Equal(1, (await registry.Tasks.CountAsync(all, new TaskQuery { ContextId = "c3" })).Values.Sum());
        Assert.Null(await registry.Tasks.GetAsync(all, "t1"));
    }

    private int writes;
}
