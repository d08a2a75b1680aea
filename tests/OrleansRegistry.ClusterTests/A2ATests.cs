using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.ClusterTests;

/// <summary>Tasks of agents through several replicas: streams and push notifications lose, double and mix nothing, whichever replica ends.</summary>
public sealed class A2ATests(Cluster cluster, ITestOutputHelper output)
{
    /// <summary>So many that each replica has some of their grains.</summary>
    private const int Tasks = 9;

    [Fact]
    public async Task Subscribers_on_all_replicas_see_the_same_in_the_same_order_and_so_do_those_who_move()
    {
        var addresses = (await cluster.ReplicasAsync()).Addresses;
        using var agent = await WorkedAgent.RegisterAsync(addresses);
        await agent.SubmitAsync(0);
        var work = Assert.Single(await agent.ClaimAsync(1, 1));
        var readers = Enumerable.Range(0, 24).Select(i => new TaskReader(agent, i % addresses.Length, isRpc: i % 2 == 0)).ToArray();
        Array.ForEach(readers, reader => reader.Start(work.Id));
        await HaveBegunAsync(readers);
        for (var change = 0; change < 30; change++)
        {
            if (change == 10)
            {
                foreach (var (i, reader) in readers.Take(readers.Length / 2).Index())
                {
                    reader.Move((i + 1) % addresses.Length);
                }
            }

            await work.ChangeAsync(change % addresses.Length, isLast: change == 29);
        }

        await EndAsync(readers);
        Assert.Equal(work.Expected, readers[0].Told);
        var first = readers[0].Items.Select(item => item.GetRawText());
        Assert.All(readers, reader => Assert.Equal(first, reader.Items.Select(item => item.GetRawText())));
        Assert.All(readers, (reader, i) => Assert.Equal(i < readers.Length / 2 ? 2 : 1, reader.Streams));
    }

    [Fact]
    public async Task A_killed_replica_costs_no_stream_and_no_receiver_anything()
    {
        var replicas = await cluster.ReplicasAsync();
        await using var pushed = await PushedTasks.StartAsync(replicas.Addresses, Tasks);
        var waiting = await PushedTasks.WaitingAsync(replicas, Tasks);
        var victim = Array.IndexOf(waiting, waiting.Max());
        var (stays, worksOn) = ((victim + 1) % Cluster.Size, (victim + 2) % Cluster.Size);
        using var agent = await WorkedAgent.RegisterAsync(replicas.Addresses);
        var works = await WorkOnAsync(agent, pushed, replicas, victim, waiting[victim] + 3);
        var readers = works.Select((_, i) => new TaskReader(agent, i % 3 == 0 ? victim : stays, isRpc: i % 2 == 0)).ToArray();
        foreach (var (i, reader) in readers.Index())
        {
            reader.Start(works[i].Id);
        }

        await HaveBegunAsync(readers);
        await ChangeAsync(works, readers, 3, worksOn);
        Array.ForEach(readers, reader => reader.PlanMove(stays));
        var changing = ChangeAsync(works, readers, 7, worksOn, toTheEnd: true);
        await replicas[victim].KillAsync();
        pushed.TakeAll();
        await changing;
        await EndAsync(readers);
        Assert.All(readers, (reader, i) => Assert.Equal(i % 3 == 0 ? 2 : 1, reader.Streams));

        // Of a change that was under way on that replica the event may have gone with it.
        Assert.All(readers, reader => Assert.InRange(reader.Wholes, 0, 1));
        var wholes = await pushed.VerifyAsync(waiting[victim]);
        output.WriteLine(
            $"{readers.Sum(reader => reader.Wholes)} of {readers.Length} readers and {wholes} of {waiting[victim]} receivers got a task as it is");
        await replicas.ReplaceAsync(victim);
    }

    [Fact]
    public async Task After_all_replicas_were_killed_streams_and_receivers_get_what_they_lack()
    {
        var replicas = await cluster.ReplicasAsync();
        await using var pushed = await PushedTasks.StartAsync(replicas.Addresses, Tasks);
        using var agent = await WorkedAgent.RegisterAsync(replicas.Addresses);
        var readers = await StreamAsync(agent, i => i % Cluster.Size);
        var works = await agent.ClaimAsync(0, Tasks);
        await ChangeAsync(works, readers, 2, 1);

        await Task.WhenAll(Enumerable.Range(0, Cluster.Size).Select(i => replicas[i].KillAsync()));
        pushed.TakeAll();
        await replicas.StartAsync();
        await ChangeAsync(works, readers, 2, 2, toTheEnd: true);
        await EndAsync(readers);
        Assert.Equal(Tasks, await pushed.VerifyAsync(Tasks));
    }

    /// <summary>Has the worker claim as many tasks as it takes until this replica has so many whose webhooks wait: it has their grains too.</summary>
    private static async Task<IReadOnlyList<WorkedAgent.Work>> WorkOnAsync(
        WorkedAgent agent, PushedTasks pushed, Replicas replicas, int replica, int count)
    {
        var works = new List<WorkedAgent.Work>();
        do
        {
            for (var i = 0; i < Cluster.Size; i++)
            {
                await agent.SubmitAsync(i, pushed.ClosedUrl);
            }

            works.AddRange(await agent.ClaimAsync(0, Cluster.Size));
        }
        while ((await PushedTasks.WaitingAsync(replicas, Tasks + works.Count))[replica] < count);
        return works;
    }

    private static async Task<TaskReader[]> StreamAsync(WorkedAgent agent, Func<int, int> replicaOf)
    {
        var readers = Enumerable.Range(0, Tasks).Select(i => new TaskReader(agent, replicaOf(i), isRpc: i % 2 == 0)).ToArray();
        Array.ForEach(readers, reader => reader.Start());
        await HaveBegunAsync(readers);
        return readers;
    }

    private static Task HaveBegunAsync(TaskReader[] readers) =>
        Eventually.TrueAsync(() => Array.TrueForAll(readers, reader => reader.Items.Count > 0), "all streams to begin");

    /// <summary>Changes each task so many times, each time once its reader has the change before.</summary>
    private static Task ChangeAsync(IReadOnlyList<WorkedAgent.Work> works, TaskReader[] readers, int changes, int replica, bool toTheEnd = false) =>
        Task.WhenAll(works.Select(async work =>
        {
            var reader = readers.Single(reader => reader.TaskId == work.Id);
            for (var change = 1; change <= changes; change++)
            {
                await work.ChangeAsync(replica, isLast: toTheEnd && change == changes);
                await Eventually.TrueAsync(
                    () => reader.Running.IsFaulted || reader.Told.Count >= work.Expected.Count(), $"change {work.Changes} of {work.Id} to be read");
                Assert.Equal(work.Expected, reader.Told);
            }
        }));

    private static async Task EndAsync(TaskReader[] readers)
    {
        await Task.WhenAll(readers.Select(reader => reader.Running)).WaitAsync(TimeSpan.FromSeconds(30));
        Array.ForEach(readers, reader => reader.Dispose());
    }
}
