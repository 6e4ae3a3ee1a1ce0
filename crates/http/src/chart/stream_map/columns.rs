//! Which column each step stands in: as far right as the longest way to it. Edges that would close a
//! circle run back and shape nothing; of two such edges the one with more moves decides.

use super::model::{Kind, Map};

/// The column of each node.
#[must_use]
pub fn columns(map: &Map) -> Vec<usize> {
    let mut order: Vec<usize> = (0..map.edges.len()).collect();
    // What is defined shapes the map before what merely happened, so that all its views look alike.
    let rank = |i: usize| {
        let edge = map.edges.get(i);
        let class = edge.map_or(9, |e| match (e.kind, e.standing) {
            (Kind::Feeds, _) => 3,
            (_, super::model::Standing::Extra) => 2,
            (Kind::Response, _) => 1,
            _ => 0,
        });
        (class, std::cmp::Reverse(edge.map_or(0, |e| e.weight)), i)
    };
    order.sort_by_key(|&i| rank(i));
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); map.nodes.len()];
    for i in order {
        let Some(edge) = map.edges.get(i) else { continue };
        let known = edge.from < map.nodes.len() && edge.to < map.nodes.len();
        if edge.from == edge.to
            || !known
            || edge.kind == Kind::Feeds && map.nodes.len() > 1 && reaches(&next, edge.to, edge.from)
        {
            continue;
        }
        if !reaches(&next, edge.to, edge.from)
            && let Some(list) = next.get_mut(edge.from)
        {
            list.push(edge.to);
        }
    }
    longest(&next)
}

/// Whether `to` can be reached from `from`.
fn reaches(next: &[Vec<usize>], from: usize, to: usize) -> bool {
    let mut seen = vec![false; next.len()];
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        if node == to {
            return true;
        }
        if let Some(mark) = seen.get_mut(node)
            && !std::mem::replace(mark, true)
        {
            open.extend(next.get(node).into_iter().flatten());
        }
    }
    false
}

/// Length of the longest way to each node of an acyclic graph.
fn longest(next: &[Vec<usize>]) -> Vec<usize> {
    let mut column = vec![0usize; next.len()];
    let mut waits = vec![0usize; next.len()];
    for &to in next.iter().flatten() {
        if let Some(count) = waits.get_mut(to) {
            *count += 1;
        }
    }
    let mut ready: Vec<usize> = (0..next.len()).filter(|&n| waits.get(n) == Some(&0)).collect();
    while let Some(node) = ready.pop() {
        let here = column.get(node).copied().unwrap_or(0);
        for &to in next.get(node).into_iter().flatten() {
            if let (Some(col), Some(count)) = (column.get_mut(to), waits.get_mut(to)) {
                *col = (*col).max(here + 1);
                *count -= 1;
                if *count == 0 {
                    ready.push(to);
                }
            }
        }
    }
    column
}

#[cfg(test)]
mod tests {
    use super::super::model::{Edge, Map, Node};
    use super::columns;

    fn map(nodes: usize, edges: &[(usize, usize, u64)]) -> Map {
        Map {
            nodes: vec![Node::default(); nodes],
            edges: edges.iter().map(|&(from, to, weight)| Edge { from, to, weight, ..Edge::default() }).collect(),
        }
    }

    #[test]
    fn the_longest_way_decides() {
        assert_eq!(columns(&map(4, &[(0, 1, 9), (1, 2, 9), (0, 2, 9), (0, 3, 9)])), [0, 1, 2, 1]);
    }

    #[test]
    fn of_two_edges_in_a_circle_the_busier_one_runs_forward() {
        assert_eq!(columns(&map(2, &[(1, 0, 5), (0, 1, 50)])), [0, 1]);
        assert_eq!(columns(&map(2, &[(1, 0, 50), (0, 1, 5)])), [1, 0]);
    }
}
