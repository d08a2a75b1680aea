using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrleansRegistry.Tests.Shared;

/// <summary>Where a connection is cut.</summary>
public enum Cut
{
    /// <summary>Before the server has got anything of the request.</summary>
    BeforeRequest,

    /// <summary>When it has got half of it.</summary>
    WithinRequest,

    /// <summary>When it has got half of it, and without a word: the connection stays open, as that of a process that is frozen.</summary>
    Held,

    /// <summary>When it has answered, before the client gets any of it.</summary>
    BeforeAnswer,

    /// <summary>When the client has got half of what the server sent first.</summary>
    WithinAnswer,
}

/// <summary>Stands between a store and its server (of whatever protocol), and cuts connections.</summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, Socket> pairs = new();
    private readonly DnsEndPoint server;
    private byte[] marker = [];
    private Cut cut;
    private int remaining;

    public CuttingProxy(string host, int port)
    {
        server = new DnsEndPoint(host, port);
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>How many connections were cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>True where new connections are refused at once.</summary>
    public bool Down { get; set; }

    /// <summary>Cuts the next <paramref name="times"/> connections that send <paramref name="text"/>.</summary>
    public void CutAt(string text, Cut where, int times = 1) => (cut, marker, remaining) = (where, Encoding.UTF8.GetBytes(text), times);

    public void CutAll()
    {
        foreach (var (client, _) in pairs)
        {
            Close(client);
        }
    }

    public void Dispose()
    {
        listener.Stop();
        CutAll();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync();
                if (Down)
                {
                    client.Close(0);
                    continue;
                }

                var upstream = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                client.NoDelay = true;
                pairs[client] = upstream;
                _ = ServeAsync(client, upstream);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            return;
        }
    }

    private async Task ServeAsync(Socket client, Socket upstream)
    {
        var doomed = new TaskCompletionSource<Cut>();
        try
        {
            await upstream.ConnectAsync(server);
            await Task.WhenAny(RequestsAsync(client, upstream, doomed), AnswersAsync(upstream, client, doomed.Task));
        }
        catch (SocketException)
        {
            return;
        }
        finally
        {
            Close(client);
        }
    }

    private async Task RequestsAsync(Socket from, Socket to, TaskCompletionSource<Cut> doomed)
    {
        var buffer = new byte[256 * 1024];
        var held = false;
        for (int read; (read = await from.ReceiveAsync(buffer)) > 0;)
        {
            var sent = held ? 0 : read;
            if (remaining > 0 && buffer.AsSpan(0, read).IndexOf(marker) >= 0)
            {
                remaining--;
                Cuts++;
                sent = cut switch { Cut.BeforeRequest => 0, Cut.BeforeAnswer or Cut.WithinAnswer => read, _ => read / 2 };
                held = cut == Cut.Held;
                if (cut is Cut.BeforeAnswer or Cut.WithinAnswer)
                {
                    doomed.SetResult(cut);
                }
            }

            await to.SendAsync(buffer.AsMemory(0, sent));
            if (sent < read && !held)
            {
                return;
            }
        }
    }

    private static async Task AnswersAsync(Socket from, Socket to, Task<Cut> doomed)
    {
        var buffer = new byte[256 * 1024];
        int read;
        while ((read = await from.ReceiveAsync(buffer)) > 0 && !doomed.IsCompleted)
        {
            await to.SendAsync(buffer.AsMemory(0, read));
        }

        if (read > 0 && await doomed == Cut.WithinAnswer)
        {
            await to.SendAsync(buffer.AsMemory(0, read / 2));
        }
    }

    private void Close(Socket client)
    {
        if (pairs.TryRemove(client, out var upstream))
        {
            client.Close(0);
            upstream.Close(0);
        }
    }
}
