using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Readers that ask for much and take nothing of it. Alone, as the memory of the process is measured.</summary>
[Collection<SlowReaderTests>, CollectionDefinition(DisableParallelization = true)]
public sealed class SlowReaderTests
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task Sockets_that_never_read_cost_little_and_hold_up_nobody()
    {
        await using var host = await RestHost.StartAsync(options => options.StalledReader = TimeSpan.FromMinutes(5));
        await MakeTaskAsync(host, "fat", 12);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var sockets = new List<TcpClient>();
        try
        {
            foreach (var path in (string[])["/tasks/fat/events", "/tasks/fat", "/tasks?include_artifacts=true", "/contexts/c/events"])
            {
                for (var i = 0; i < 25; i++)
                {
                    sockets.Add(await AskAsync(host, path));
                }
            }

            await Task.WhenAll(sockets.Select(socket => FirstByteAsync(socket)));
            var watch = Stopwatch.StartNew();
            await (await host.Client.SendAsync("GET", "/tasks/fat?history_length=1&include_artifacts=false")).JsonAsync();
            Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
            // What was asked for is 1,200 MB. What a request had in its hands a moment ago is not counted.
            await Eventually.TrueAsync(() => GC.GetTotalMemory(forceFullCollection: true) - before < 150L * Megabyte, "little memory");
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task A_reader_that_takes_nothing_is_cut_off()
    {
        var ended = new EndedRequests();
        await using var host = await RestHost.StartAsync(
            options => options.StalledReader = TimeSpan.FromMilliseconds(300), build: builder => builder.Services
                .AddSingleton<IStartupFilter>(ended));
        await MakeTaskAsync(host, "fat", 12);
        foreach (var path in (string[])["/tasks/fat/events", "/tasks/fat"])
        {
            using var socket = await AskAsync(host, path);
            Assert.Equal(path, await ended.NextAsync());
        }

        Assert.DoesNotContain(host.Log, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Line_ends_within_large_documents_are_line_ends_of_the_event()
    {
        await using var host = await RestHost.StartAsync();
        var text = string.Join("\r\n", Enumerable.Range(0, 40_000).Select(i => $"  {i},"));
        var message = $$"""{"messageId":"m","role":"user","parts":[{"data":[{{text}} 0]}]}""";
        await (await host.Client.SendAsync("POST", "/tasks", $$"""{"taskId":"t","message":{{message}}}""")).JsonAsync(
            System.Net.HttpStatusCode.Created);
        await using var events = await EventReader.OpenAsync(host.Client, "/tasks/t/events");
        var task = await events.NextAsync("task");
        Assert.Equal(40_001, task.GetProperty("history")[0].GetProperty("parts")[0].GetProperty("data").GetArrayLength());
    }

    private static async Task MakeTaskAsync(RestHost host, string id, int megabytes)
    {
        await (await host.Client.SendAsync("POST", "/tasks", $$"""{"taskId":"{{id}}","contextId":"c","message":{{TaskClient.Message("x")}}}"""))
            .JsonAsync(System.Net.HttpStatusCode.Created);
        await (await host.Client.SendAsync("PATCH", "/contexts/c", $$$"""{"data":{"x":"{{{new string('x', Megabyte - 100)}}}"}}""")).JsonAsync();
        for (var i = 0; i < megabytes; i++)
        {
            await (await host.Client.SendAsync(
                "PATCH", $"/tasks/{id}", $$"""
                    {"artifacts":[{"artifactId":"a{{i}}","parts":[{"text":"{{new string('x', Megabyte - 100)}}"}]}]}
                    """)).JsonAsync();
        }
    }

    private static async Task<TcpClient> AskAsync(RestHost host, string path)
    {
        var socket = new TcpClient { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(host.Address.Host, host.Address.Port, TestContext.Current.CancellationToken);
        await socket.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {host.Address.Authority}\r\n\r\n"),
            TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task FirstByteAsync(TcpClient socket) =>
        Assert.Equal(1, await socket.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken));
}
