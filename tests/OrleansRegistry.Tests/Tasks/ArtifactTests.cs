using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

/// <summary>Artifacts that are replaced and appended to, under limits that are small enough to be met.</summary>
public sealed class ArtifactTests : IAsyncLifetime
{
    private const int Kilobyte = 1000;
    private const int Load = 64 * 1024;

    private readonly MemoryRegistry registry = new();
    private readonly Caller me = TestRegistry.NewCaller();
    private readonly CancellationToken stop = TestContext.Current.CancellationToken;
    private int maxLoad = Load;

    private ITaskRegistry Tasks => registry.Tasks;

    public async ValueTask InitializeAsync()
    {
        registry.Configure = options => (options.MaxMessageBytes, options.MaxLoadBytes) = (16 * 1024, maxLoad);
        await registry.InitializeAsync();
    }

    public ValueTask DisposeAsync() => registry.DisposeAsync();

    [Fact]
    public async Task An_artifact_that_is_replaced_again_and_again_counts_once_and_its_old_versions_go()
    {
        var id = (await Tasks.Submit(me, "m", agent: "a")).Task.Id;
        for (var i = 0; i < 60; i++)
        {
            await Tasks.UpdateAsync(me, id, Put("a", $"{i}", 8 * Kilobyte));
            if (i % 20 == 19)
            {
                await registry.RestartAsync();
            }
        }

        var task = (await Tasks.GetAsync(me, id))!;
        Assert.True(task is { ArtifactCount: 1, ArtifactsTruncated: false, HistoryTruncated: false });
        Assert.Contains("59x", Assert.Single(task.Artifacts).ToString());
        Assert.InRange(await StoredPages(id), 0, 16);
        Assert.True(await Tasks.Claim(me, "a") is { Artifacts.Count: 1, ArtifactsTruncated: false });
        await Tasks.DeleteAsync(me, id);
        Assert.Equal(0, await StoredPages(id));
    }

    [Fact]
    public async Task What_would_be_too_large_to_be_read_is_refused_and_what_is_there_can_be_read()
    {
        var id = (await Tasks.Submit(me, "m", agent: "a")).Task.Id;
        var stored = 0;
        var refusal = await Refused(RegistryError.TooLarge, async () =>
        {
            for (; stored < 100; stored++)
            {
                await Tasks.UpdateAsync(me, id, Put("a", $"{stored}", 9 * Kilobyte, append: true));
            }
        });
        Assert.Equal(("artifacts", 7), (refusal.Field, stored));
        Assert.Contains("referenceTaskIds", refusal.Message);
        Assert.Equal(
            "messages",
            (await Refused(RegistryError.TooLarge, () => Tasks.UpdateAsync(me, id, Say("m2", new string('x', 5 * Kilobyte))))).Field);
        Assert.Equal("status.message", (await Refused(
            RegistryError.TooLarge,
            () => Tasks.UpdateAsync(me, id, new TaskUpdate { StatusMessage = Message("s", new string('x', 5 * Kilobyte)) }))).Field);
        Assert.Equal("message", (await Refused(
            RegistryError.TooLarge,
            () => Tasks.SubmitAsync(me, new TaskSubmission(Message("m3", new string('x', 5 * Kilobyte))) { TaskId = id }))).Field);

        var whole = (await Tasks.GetAsync(me, id))!;
        Assert.True(whole is { ArtifactsTruncated: false, HistoryTruncated: false, Artifacts.Count: 1, Changes: 8 });
        Assert.Equal(7, PartsOf(whole.Artifacts[0]));
        var claimed = (await Tasks.Claim(me, "a"))!;
        Assert.Equal(whole.Artifacts, claimed.Artifacts);

        await Tasks.UpdateAsync(me, id, Put("a", "small", 10));
        await Tasks.UpdateAsync(me, id, Say("m2", new string('x', 5 * Kilobyte)));
        await Tasks.UpdateAsync(me, id, To(TaskState.Completed));
        Assert.True(await Tasks.GetAsync(me, id) is { ArtifactCount: 1, History.Count: 2, ArtifactsTruncated: false });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_task_that_holds_too_much_is_marked_and_read_in_parts(bool writtenByAnOlderVersion)
    {
        maxLoad = 1024 * 1024;
        await registry.RestartAsync();
        var id = (await Tasks.Submit(me, "m", agent: "a", contextId: "c")).Task.Id;
        for (var i = 0; i < 12; i++)
        {
            await Tasks.UpdateAsync(me, id, Put("large", $"{i}", 9 * Kilobyte, append: i > 0));
        }

        foreach (var name in (string[])["b", "c"])
        {
            await Tasks.UpdateAsync(me, id, Put(name, name, 9 * Kilobyte));
        }

        await Tasks.UpdateAsync(me, id, Put("large", "12", 9 * Kilobyte, append: true));
        if (writtenByAnOlderVersion)
        {
            await ForgetSizes(id);
        }

        maxLoad = Load;
        await registry.RestartAsync();
        var whole = (await Tasks.GetAsync(me, id))!;
        AssertMarked(whole);
        AssertMarked(Assert.Single((await Tasks.ListAsync(me, new TaskQuery { View = default })).Tasks));
        await foreach (var first in Tasks.WatchAsync(me, id, cancellationToken: stop))
        {
            AssertMarked(first.Snapshot!);
            break;
        }

        AssertMarked((await Tasks.Claim(me, "a"))!);
        Assert.Equal("artifact_id", (await Refused(RegistryError.TooLarge, () => Tasks.GetArtifactAsync(me, id, "large"))).Field);
        Assert.Contains("bx", (await Tasks.GetArtifactAsync(me, id, "b"))!.Value.ToString());
        Assert.Null(await Tasks.GetArtifactAsync(me, id, "none"));

        var (artifacts, continued) = await ReadPages(id);
        Assert.Equal(["large", "b", "c"], artifacts.Select(artifact => artifact.Id));
        Assert.Equal([13, 1, 1], artifacts.Select(artifact => artifact.Parts));
        Assert.True(continued);

        Assert.Equal("artifacts", (await Refused(RegistryError.TooLarge, () => Tasks.UpdateAsync(me, id, Put("d", "d", 9 * Kilobyte)))).Field);
        await Tasks.UpdateAsync(me, id, Put("large", "small", 10));
        Assert.True(await Tasks.GetAsync(me, id) is { ArtifactsTruncated: false, ArtifactCount: 3, Artifacts.Count: 3 });
    }

    [Fact]
    public async Task Whatever_is_replaced_and_appended_reads_as_what_was_sent()
    {
        maxLoad = 4 * 1024 * 1024;
        await registry.RestartAsync();
        var random = new Random(17);
        var id = (await Tasks.Submit(me, "m")).Task.Id;
        var sent = new List<RawJson>();
        for (var i = 0; i < 300; i++)
        {
            var artifact = Artifact($"a{random.Next(6)}", $"{i}{new string('x', random.Next(4 * Kilobyte))}", append: random.Next(3) == 0);
            sent.Add(ArtifactLog.Entry(new TaskArtifact(RawJson.FromValid(artifact.Json.Span), artifact.Append)));
            await Tasks.UpdateAsync(me, id, new TaskUpdate { Artifacts = [artifact] });
            if (i % 50 == 49)
            {
                Assert.Equal(ArtifactLog.Fold(sent), (await Tasks.GetAsync(me, id))!.Artifacts);
                await registry.RestartAsync();
                Assert.Equal(ArtifactLog.Fold(sent), (await Tasks.GetAsync(me, id))!.Artifacts);
            }
        }

        var page = await Tasks.ReadArtifactsAsync(me, id, pageSize: 4);
        var next = await Tasks.ReadArtifactsAsync(me, id, pageSize: 4, page.NextPageToken);
        Assert.Equal((0L, 6L, 4L, null as string), (page.First, page.Total, next.First, next.NextPageToken));
        Assert.Equal(ArtifactLog.Fold(sent), page.Artifacts.Concat(next.Artifacts));
        Assert.Equal(ArtifactLog.Fold(sent)[2], await Tasks.GetArtifactAsync(me, id, IdOfArtifact(page.Artifacts[2])));
    }

    [Fact]
    public async Task The_holder_of_a_lease_reads_in_parts_too()
    {
        var id = (await Tasks.Submit(me, "m", agent: "a")).Task.Id;
        await Tasks.UpdateAsync(me, id, Put("a", "x", 10));
        var worker = me with { Subject = "worker" };
        await registry.Agents.RegisterAsync(me, Cards.Registration("a") with { Workers = [worker.Subject] });
        var token = (await Tasks.Claim(worker, "a"))!.Lease!.Token;
        Assert.Single((await Tasks.ReadArtifactsAsync(worker, id, leaseToken: token)).Artifacts);
        Assert.NotNull(await Tasks.GetArtifactAsync(worker, id, "a", token));
        Assert.Single((await Tasks.ReadHistoryAsync(worker, id, leaseToken: token)).Items);
        await Refused(RegistryError.NotFound, () => Tasks.ReadArtifactsAsync(worker, id));
        await Refused(RegistryError.NotFound, () => Tasks.GetArtifactAsync(worker, id, "a"));
    }

    private static void AssertMarked(TaskRecord task)
    {
        Assert.True(task is { ArtifactsTruncated: true, ArtifactCount: 3 });
        Assert.DoesNotContain("large", task.Artifacts.Select(IdOfArtifact));
    }

    private static TaskUpdate Put(string artifact, string text, int size, bool append = false) =>
        new() { Artifacts = [Artifact(artifact, text + new string('x', size), append)] };

    private static string IdOfArtifact(RawJson artifact) => Member(artifact, "artifactId")!;

    private static int PartsOf(RawJson artifact) => Member(artifact, "parts")!.Split("\"text\"").Length - 1;

    private async Task<(List<(string Id, int Parts)> Artifacts, bool Continued)> ReadPages(string id)
    {
        var (artifacts, token, continues, continued) = (new List<(string Id, int Parts)>(), (string?)null, false, false);
        do
        {
            var page = await Tasks.ReadArtifactsAsync(me, id, 1000, token);
            Assert.True(page.Artifacts.Sum(artifact => artifact.Length) <= Load);
            foreach (var artifact in page.Artifacts)
            {
                var (name, parts) = (IdOfArtifact(artifact), PartsOf(artifact));
                if (continues)
                {
                    Assert.Equal(artifacts[^1].Id, name);
                    artifacts[^1] = (name, artifacts[^1].Parts + parts);
                }
                else
                {
                    artifacts.Add((name, parts));
                }

                continues = false;
            }

            (token, continues, continued) = (page.NextPageToken, page.Continues, continued || page.Continues);
        }
        while (token is not null);
        return (artifacts, continued);
    }

    private async Task<int> StoredPages(string id)
    {
        var found = 0;
        for (var number = 1; number <= 200; number++)
        {
            found += await registry.Store.ReadAsync(PageKind.Kind, new RecordKey(me.Tenant, $"a/{number}/{id}"), stop) is null ? 0 : 1;
        }

        return found;
    }

    /// <summary>Stores the head as versions wrote it that counted no bytes.</summary>
    private async Task ForgetSizes(string id)
    {
        var key = new RecordKey(me.Tenant, id);
        var stored = (await registry.Store.ReadAsync(TaskKind.Kind, key, stop))!;
        var head = TaskKind.Read(stored);
        head = head with { ArtifactBytes = null, History = head.History with { Bytes = null }, Artifacts = head.Artifacts with { Bytes = null } };
        await registry.Store.WriteAsync(TaskKind.Kind, key, stored.Version, TaskKind.Write(head), stop);
    }
}
