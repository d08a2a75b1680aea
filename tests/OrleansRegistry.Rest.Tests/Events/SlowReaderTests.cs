using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Readers that ask for much and take nothing of it.</summary>
public sealed class SlowReaderTests
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task Sockets_that_never_read_cost_little_and_hold_up_nobody_and_are_ended()
    {
        await using var host = await RestHost.StartAsync(options => options.StalledReader = TimeSpan.FromSeconds(20));
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
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, 150L * Megabyte);
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
            Assert.Equal(path, await ended.Aborted.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask()
                .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
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

    /// <summary>Tells which requests the server aborted.</summary>
    private sealed class EndedRequests : IStartupFilter
    {
        public Channel<string> Aborted { get; } = Channel.CreateUnbounded<string>();

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, rest) =>
            {
                var path = context.Request.Path.Value!;
                context.RequestAborted.Register(() => Aborted.Writer.TryWrite(path));
                return rest(context);
            });
            next(app);
        };
    }
}
