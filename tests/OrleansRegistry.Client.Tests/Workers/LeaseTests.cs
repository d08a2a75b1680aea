using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Client.Tests;

/// <summary>Tasks that are taken from their workers, registries that go away, and workers that stop.</summary>
public sealed class LeaseTests(ClientHost host)
{
    public static TheoryData<bool, string> Losses { get; } = new MatrixTheoryData<bool, string>([true, false], ["cancel", "delete", "continue"]);

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task Work_on_a_task_that_is_taken_away_is_told_at_once(bool isRemote, string how)
    {
        await using var bench = new WorkerBench(host, isRemote);
        var turns = new List<string>();
        var isWorking = new TaskCompletionSource();
        var wasCancelled = new TaskCompletionSource();
        bench.Start(async (_, context) =>
        {
            turns.Add(context.Text);
            if (context.Text != "long")
            {
                return;
            }

            isWorking.TrySetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }
            finally
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => context.ReportAsync("late"));
                wasCancelled.TrySetResult();
            }
        });
        var task = await bench.AskAsync("long");
        await isWorking.Task.WaitAsync(TimeSpan.FromSeconds(30));
        switch (how)
        {
            case "cancel":
                await bench.Tasks.CancelAsync(bench.Caller, task.Id);
                break;
            case "delete":
                await bench.Tasks.DeleteAsync(bench.Caller, task.Id);
                break;
            default:
                await bench.AskAsync("and more", task.Id);
                break;
        }

        // The lease would be renewed in 20 seconds.
        await wasCancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var next = await bench.AskAsync("next");
        await bench.WaitForAsync(next.Id, TaskState.Completed);
        if (how == "continue")
        {
            Assert.Equal(2, (await bench.WaitForAsync(task.Id, TaskState.Completed)).History.Count);
        }

        Assert.Equal(how == "continue" ? ["long", "and more", "next"] : ["long", "next"], turns);
        Assert.Contains(bench.Log.Lines, line => line.Contains("was ended", StringComparison.Ordinal));
        Assert.DoesNotContain(bench.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lease_is_renewed_for_as_long_as_the_work_takes(bool isRemote)
    {
        await using var bench = new WorkerBench(host, isRemote);
        bench.Options.Lease = TimeSpan.FromSeconds(1);
        bench.Start((_, context) => Task.Delay(TimeSpan.FromSeconds(5), context.CancellationToken));
        var task = await bench.WaitForAsync((await bench.AskAsync("long")).Id, TaskState.Completed, TaskState.Submitted, TaskState.Failed);
        task = task.Status.State == TaskState.Submitted ? await bench.WaitForAsync(task.Id, TaskState.Completed) : task;
        Assert.Equal(1, (await bench.Tasks.GetAsync(bench.Caller, task.Id))!.HistoryCount);
        Assert.DoesNotContain(bench.Log.Lines, line => line.Contains("was ended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_worker_that_is_cut_off_loses_its_task_to_another_and_does_nothing_to_it()
    {
        using var proxy = new CuttingProxy("127.0.0.1", host.Address.Port);
        using var client = ClientHost.Quick(new Uri($"http://127.0.0.1:{proxy.Port}"), retries: 1);
        await using var cut = new WorkerBench(host, isRemote: true, client.Tasks);
        cut.Options.Lease = TimeSpan.FromSeconds(1);
        var isWorking = new TaskCompletionSource();
        var wasCancelled = new TaskCompletionSource();
        cut.Start(async (_, context) =>
        {
            isWorking.TrySetResult();
            using var told = context.CancellationToken.Register(() => wasCancelled.TrySetResult());
            await wasCancelled.Task;
            await context.AddArtifactAsync("a", "late");
        });
        var task = await cut.AskAsync("long");
        await isWorking.Task.WaitAsync(TimeSpan.FromSeconds(30));
        proxy.Down = true;
        proxy.CutAll();
        await wasCancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));

        // Its upkeep puts the task back, within seconds.
        var other = new AgentWorker(host.LocalTasks, host.LocalAgents, WorkerBench.AgentId, new AgentWorkerOptions { Caller = cut.Caller });
        using var stop = new CancellationTokenSource();
        var running = other.RunAsync((_, context) => context.AddArtifactAsync("a", "in time"), stop.Token);
        task = await cut.WaitForAsync(task.Id, TaskState.Completed);
        Assert.Equal("in time", WorkTests.Text(Assert.Single(task.Artifacts)));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Lost_answers_neither_lose_nor_double_what_the_work_says()
    {
        using var proxy = new CuttingProxy("127.0.0.1", host.Address.Port);
        using var client = ClientHost.Quick(new Uri($"http://127.0.0.1:{proxy.Port}"), retries: 0);
        await using var bench = new WorkerBench(host, isRemote: true, client.Tasks);
        proxy.CutAt("tasks:claim", Cut.BeforeAnswer);
        bench.Start(async (_, context) =>
        {
            foreach (var where in new[] { Cut.BeforeAnswer, Cut.WithinAnswer, Cut.WithinRequest, Cut.BeforeRequest })
            {
                proxy.CutAt("PATCH /tasks", where, times: 2);
                await context.AddArtifactAsync("a", $"{where}", append: true);
            }

            proxy.CutAt("PATCH /tasks", Cut.BeforeAnswer, times: 2);
        });
        var task = await bench.WaitForAsync((await bench.AskAsync("cut")).Id, TaskState.Completed);
        var parts = System.Text.Json.JsonDocument.Parse(Assert.Single(task.Artifacts).Utf8).RootElement.GetProperty("parts");
        Assert.Equal(
            ["BeforeAnswer", "WithinAnswer", "WithinRequest", "BeforeRequest"],
            parts.EnumerateArray().Select(part => part.GetProperty("text").GetString()));

        // The last try of all may still be under way.
        Assert.InRange(proxy.Cuts, 10, 11);
        Assert.DoesNotContain(bench.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_worker_outlives_a_restart_of_the_registry_with_the_task_it_works_on()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("registry-client-tests-");
        try
        {
            var registry = await ClientHost.StartAsync(folder.FullName);
            var address = registry.Address;
            using var client = ClientHost.Quick(address, retries: 1);
            var options = new AgentWorkerOptions
            {
                Card = """{"name":"echo","description":"Echoes","version":"1.0.0"}""",
                Caller = ClientHost.NewCaller(),
                ClaimWait = TimeSpan.FromSeconds(1),
            };
            using var stop = new CancellationTokenSource();
            var isWorking = new TaskCompletionSource();
            var isBack = new TaskCompletionSource();
            var running = new AgentWorker(client, "echo", options).RunAsync(
                async (_, context) =>
                {
                    isWorking.TrySetResult();
                    await isBack.Task;
                    await context.AddArtifactAsync("echo", context.Text);
                },
                stop.Token);
            var submission = new TaskSubmission(TextMessage.User("before")) { TaskId = "before", AgentId = "echo" };
            await registry.LocalTasks.SubmitAsync(options.Caller, submission);
            await isWorking.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await registry.DisposeAsync();

            registry = await ClientHost.StartAsync(folder.FullName, address.Port);
            isBack.SetResult();
            submission = new TaskSubmission(TextMessage.User("after")) { TaskId = "after", AgentId = "echo" };
            await registry.LocalTasks.SubmitAsync(options.Caller, submission);
            foreach (var id in new[] { "before", "after" })
            {
                await foreach (var _ in registry.LocalTasks.WatchAsync(options.Caller, id, cancellationToken: ClientHost.Cancellation))
                {
                    continue;
                }

                var task = (await registry.LocalTasks.GetAsync(options.Caller, id))!;
                Assert.Equal((TaskState.Completed, id), (task.Status.State, WorkTests.Text(Assert.Single(task.Artifacts))));
            }

            await stop.CancelAsync();
            await running;
            await registry.DisposeAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Several_tasks_are_worked_on_at_once_and_no_more()
    {
        await using var bench = new WorkerBench(host, isRemote: true);
        bench.Options.MaxConcurrency = 3;
        var begun = new SemaphoreSlim(0);
        var go = new TaskCompletionSource();
        var working = 0;
        var most = 0;
        bench.Start(async (_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref working));
            begun.Release();
            await go.Task;
            Interlocked.Decrement(ref working);
        });
        var tasks = new List<TaskRecord>();
        for (var i = 0; i < 6; i++)
        {
            tasks.Add(await bench.AskAsync($"{i}"));
        }

        for (var i = 0; i < 3; i++)
        {
            Assert.True(await begun.WaitAsync(TimeSpan.FromSeconds(30), ClientHost.Cancellation));
        }

        Assert.False(await begun.WaitAsync(TimeSpan.FromMilliseconds(300), ClientHost.Cancellation));
        go.SetResult();
        foreach (var task in tasks)
        {
            await bench.WaitForAsync(task.Id, TaskState.Completed);
        }

        Assert.Equal(3, most);
    }

    [Fact]
    public async Task A_worker_that_stops_claims_nothing_more_and_lets_what_runs_come_to_its_end()
    {
        await using var bench = new WorkerBench(host, isRemote: true);
        var isWorking = new TaskCompletionSource<WorkerContext>();
        bench.Start(async (_, context) =>
        {
            isWorking.TrySetResult(context);
            await Task.Delay(Timeout.Infinite, context.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await context.AddArtifactAsync("a", "short");
        });
        var task = await bench.AskAsync("one");
        var context = await isWorking.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var other = await bench.AskAsync("two");
        await bench.StopAsync().WaitAsync(TimeSpan.FromSeconds(15));
        Assert.False(context.CancellationToken.IsCancellationRequested);
        Assert.Equal(TaskState.Completed, (await bench.Tasks.GetAsync(bench.Caller, task.Id))!.Status.State);
        Assert.Equal(TaskState.Submitted, (await bench.Tasks.GetAsync(bench.Caller, other.Id))!.Status.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_takes_too_long_at_the_stop_is_given_back(bool listens)
    {
        await using var bench = new WorkerBench(host, isRemote: true);
        bench.Options.StopTimeout = TimeSpan.FromMilliseconds(200);
        var isWorking = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        bench.Start(async (_, context) =>
        {
            isWorking.TrySetResult();
            await (listens ? Task.Delay(Timeout.Infinite, context.CancellationToken) : end.Task);
        });
        var task = await bench.AskAsync("long");
        await isWorking.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await bench.StopAsync().WaitAsync(TimeSpan.FromSeconds(15));
        task = (await bench.Tasks.GetAsync(bench.Caller, task.Id))!;
        Assert.Equal((TaskState.Submitted, null), (task.Status.State, task.Lease));
        end.SetResult();
        Assert.Equal(task.Generation, (await bench.Tasks.GetAsync(bench.Caller, task.Id))!.Generation);
    }
}
